"""All that was found as one document: what the JSON holds and the page shows."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from wattloom.market.papers.reproduction.claims import Paper, paper
from wattloom.market.papers.reproduction.comparison import compare
from wattloom.market.papers.reproduction.figures import draw
from wattloom.market.papers.reproduction.findings import Findings
from wattloom.market.papers.reproduction.page import render
from wattloom.market.report.style import as_png


def as_document(findings: Iterable[Findings]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the document, papers in the order of what was found, and its pictures: PNG by file name."""
    papers: dict[str, Any] = {}
    pictures: dict[str, bytes] = {}
    for found in findings:
        of = paper(found.model)
        drawn = {key: (_file(found, key), as_png(figure)) for key, figure in draw(of, found)}
        pictures |= dict(drawn.values())
        papers.setdefault(found.model, _of_paper(of))["communities"].append(
            {
                **msgspec.to_builtins(found),
                "comparison": msgspec.to_builtins(compare(of, found)),
                "figures": {key: name for key, (name, _) in drawn.items()},
            }
        )
    return {"papers": papers}, pictures


def _of_paper(of: Paper) -> dict[str, Any]:
    return {"citation": of.configuration.paper, **msgspec.to_builtins(of.words), "communities": []}


def _file(found: Findings, figure: str) -> str:
    return f"{found.slug}-{figure}.png"


def write(document: dict[str, Any], pictures: dict[str, bytes], folder: Path) -> Path:
    """Write the page, its numbers as JSON, and its pictures into a folder; return the page's path."""
    page = folder / "reproduction.html"
    page.write_text(render(document, pictures), encoding="utf-8")
    numbers = json.dumps(document, indent=1) + "\n"
    page.with_suffix(".json").write_text(numbers, encoding="utf-8")
    for name, picture in pictures.items():
        (folder / name).write_bytes(picture)
    return page
