"""Pages of studies: one file that needs no other, its numbers as JSON and its pictures as PNG beside it.

A package's template extends `standalone.html`, or `day.html` for a market day, marks numbers by the macros of
`numbers.html`, and shows a picture by its file name: `pictures[name]` is its base64.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

OURS = "wattloom.market.report"
NONE: Mapping[str, Any] = {}


def render(
    package: str,
    template: str,
    *,
    pictures: Mapping[str, bytes] = NONE,
    figures: Mapping[str, str] = NONE,
    **values: Any,  # noqa: ANN401 - what the template asks for
) -> str:
    """Return a template's page with its values, pictures (PNG by file name) and figures (SVG by name)."""
    loader = ChoiceLoader([PackageLoader(package), PackageLoader(OURS)])
    pages = Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    inline = {name: base64.b64encode(data).decode("ascii") for name, data in pictures.items()}
    drawn = {name: Markup(svg) for name, svg in figures.items()}  # noqa: S704 - drawn by us
    return pages.get_template(template).render(pictures=inline, figures=drawn, **values)


def write(page: Path, text: str, *, numbers: Mapping[str, Any], pictures: Mapping[str, bytes]) -> Path:
    """Write a page, its numbers and its pictures beside each other; return the page's path."""
    page.write_text(text, encoding="utf-8")
    page.with_suffix(".json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    for name, picture in pictures.items():
        page.with_name(name).write_bytes(picture)
    return page
