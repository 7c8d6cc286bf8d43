"""A study as one document: what the JSON holds, the page shows, and the terminal prints."""

from pathlib import Path
from typing import Any

import msgspec
from rich.table import Table

from wattloom.market.auction.simulation.claims import Claims, Reported, claims
from wattloom.market.auction.simulation.figures import draw
from wattloom.market.auction.simulation.run import Outcome
from wattloom.market.auction.simulation.study import SHARES_COMPARED, Study
from wattloom.market.report.standalone import render, write
from wattloom.market.report.style import as_png

PAGE, TEMPLATE = "auction-study.html", "study.html"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the paper and ours; None where there is none. `words` are the paper's in its place."""

    what: str
    paper: float | None
    ours: float | None
    words: str | None = None


def compare(found: Study) -> list[Line]:
    """Return the costs that the paper reports, percent of the original ones, and two that explain ours."""
    of = claims()
    return [*(_reported(found, each) for each in of.reported), *_explaining(found)]


def write_study(found: Study, folder: Path) -> Path:
    """Write page, numbers and figures into a folder; return the page's path."""
    of = claims()
    pictures = {key: as_png(figure) for key, figure in draw(found).items()}
    files = {f"{key}.png": picture for key, picture in pictures.items()}
    numbers = _numbers(found, of, list(pictures))
    text = render(__package__, TEMPLATE, found=numbers, shares=SHARES_COMPARED, pictures=files)
    return write(folder / PAGE, text, numbers=numbers, pictures=files)


def as_table(found: Study) -> Table:
    """Return our numbers beside the paper's for the terminal."""
    table = Table(title="cost, percent of what the grid would charge for the whole load")
    table.add_column("")
    table.add_column("the paper", justify="right")
    table.add_column("here", justify="right")
    for line in compare(found):
        table.add_row(line.what, line.words or _cell(line.paper), _cell(line.ours))
    return table


def _reported(found: Study, each: Reported) -> Line:
    at = found.at_share(each.share)
    costs = None if at is None else getattr(at, each.who)
    return Line(
        what=f"{each.who}, {100 * each.share:.0f} % generate",
        paper=each.percent,
        ours=None if costs is None else costs.percent,
        words=each.words,
    )


def _explaining(found: Study) -> list[Line]:
    lines = []
    for share in SHARES_COMPARED:
        at = found.at_share(share)
        where = f"{100 * share:.0f} % generate"
        generators = None if at is None else at.generators
        for what, field in (
            ("generators without pay for feeding in", "unpaid_percent"),
            ("generators with the grid alone", "traditional_percent"),
        ):
            ours = None if generators is None else getattr(generators, field)
            lines.append(Line(what=f"{what}, {where}", paper=None, ours=ours))
    return lines


def _numbers(found: Study, of: Claims, figures: list[str]) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(found),
        **msgspec.to_builtins(of),
        "figures": {key: of.figures[key] for key in figures},
        "comparison": msgspec.to_builtins(compare(found)),
        "ways": [
            {"name": way.name, "costs": [_percents(each) for each in way.outcomes]} for way in found.ways
        ],
    }


def _percents(each: Outcome) -> dict[str, float | None]:
    return {
        "share": each.setup.share,
        "consumers": each.consumers.percent,
        "generators": each.generators.percent,
        "everybody": each.everybody.percent,
        "traded_share": each.traded_kwh / each.needed_kwh,
    }


def _cell(number: float | None) -> str:
    return "-" if number is None else f"{number:.1f}"
