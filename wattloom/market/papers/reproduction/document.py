"""All that was found as one document: what the JSON holds and the page shows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from wattloom.market.papers.reproduction.claims import Paper, paper
from wattloom.market.papers.reproduction.comparison import compare
from wattloom.market.papers.reproduction.figures import draw
from wattloom.market.papers.reproduction.findings import Findings
from wattloom.market.report.standalone import render, write
from wattloom.market.report.style import as_png

TEMPLATE = "reproduction.html"


class Document:
    """Grows by what is found, papers in the order of their first finding; pictures are PNG by file name."""

    def __init__(self, findings: Iterable[Findings] = ()) -> None:
        self.numbers: dict[str, Any] = {"papers": {}}
        self.pictures: dict[str, bytes] = {}
        for found in findings:
            self.add(found)

    def add(self, found: Findings) -> None:
        """Add one paper on one community, and draw its figures."""
        of = paper(found.model)
        drawn = {key: (_file(found, key), as_png(figure)) for key, figure in draw(of, found)}
        self.pictures |= dict(drawn.values())
        entry = {
            **msgspec.to_builtins(found),
            "comparison": msgspec.to_builtins(compare(of, found)),
            "figures": {key: name for key, (name, _) in drawn.items()},
        }
        self.numbers["papers"].setdefault(found.model, _of_paper(of))["communities"].append(entry)

    def page(self) -> str:
        """Return the page."""
        return render(__package__, TEMPLATE, papers=self.numbers["papers"], pictures=self.pictures)

    def write(self, folder: Path) -> Path:
        """Write the page, its numbers as JSON, and its pictures into a folder; return the page's path."""
        return write(folder / TEMPLATE, self.page(), numbers=self.numbers, pictures=self.pictures)


def _of_paper(of: Paper) -> dict[str, Any]:
    told = of.configuration
    return {
        "citation": told.paper,
        "trade_sign": told.as_printed.trade_sign,
        "repairs": msgspec.to_builtins(told.repairs),
        **msgspec.to_builtins(of.words),
        "communities": [],
    }


def _file(found: Findings, figure: str) -> str:
    return f"{found.slug}-{figure}.png"
