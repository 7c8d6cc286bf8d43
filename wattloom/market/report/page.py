"""The report of a market day: one page that needs no other file and no network."""

from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from wattloom.market.day.gains import gains
from wattloom.market.day.result import DayResult
from wattloom.market.report.figures import day_figures
from wattloom.market.report.summary import saved_percent

_pages = Environment(loader=PackageLoader("wattloom.market.report"), autoescape=True, trim_blocks=True)


def write_page(day: DayResult, path: Path) -> None:
    """Write the page."""
    figures = {name: Markup(svg) for name, svg in day_figures(day).items()}  # noqa: S704 - drawn by us
    template = _pages.get_template("report.html")
    text = template.render(day=day, gains=gains(day), figures=figures, saved_percent=saved_percent)
    path.write_text(text, encoding="utf-8")
