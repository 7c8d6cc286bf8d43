"""The report of a market day: one page that needs no other file and no network."""

from pathlib import Path

from wattloom.market.day.gains import gains
from wattloom.market.day.result import DayResult
from wattloom.market.report.figures import day_figures
from wattloom.market.report.standalone import OURS, render
from wattloom.market.report.summary import saved_percent


def write_page(day: DayResult, path: Path) -> None:
    """Write the page."""
    figures = day_figures(day)
    text = render(
        OURS, "report.html", day=day, gains=gains(day), figures=figures, saved_percent=saved_percent
    )
    path.write_text(text, encoding="utf-8")
