"""Pieces of Markdown that the reference pages share."""

from collections.abc import Iterable, Sequence


def header(title: str, introduction: str, *, source: str) -> list[str]:
    """Return a page's beginning; `source` names what it was written from."""
    return [f"# {title}", "", f"<!-- Written by `make generate` from {source}. -->", "", introduction, ""]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table, or nothing where there are no rows."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    if not cells:
        return []
    return [_row(columns), _row(["---"] * len(columns)), *map(_row, cells), ""]


def code(text: object) -> str:
    """Return text in the type of code."""
    return f"`{text}`"


def anchor(heading: str) -> str:
    """Return the anchor that renderers give to a heading."""
    kept = (letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return "".join(kept).replace(" ", "-")


def page(lines: Iterable[str]) -> str:
    """Join lines, with one empty line where there are several, and one line end at the end."""
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).rstrip("\n") + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
