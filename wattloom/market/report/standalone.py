"""Pages of studies: one file that needs no other, its numbers as JSON and its pictures as PNG beside it.

A package's template extends `standalone.html`, marks numbers by the macros of `numbers.html`, and shows a
picture by its file name: `pictures[name]` is its base64.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

OURS = "wattloom.market.report"


def render(package: str, template: str, *, pictures: Mapping[str, bytes], **values: Any) -> str:  # noqa: ANN401
    """Return the page of a package's template, with its values and pictures, PNG by file name."""
    loader = ChoiceLoader([PackageLoader(package), PackageLoader(OURS)])
    pages = Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    inline = {name: base64.b64encode(data).decode("ascii") for name, data in pictures.items()}
    return pages.get_template(template).render(pictures=inline, **values)


def write(page: Path, text: str, *, numbers: Mapping[str, Any], pictures: Mapping[str, bytes]) -> Path:
    """Write a page, its numbers and its pictures beside each other; return the page's path."""
    page.write_text(text, encoding="utf-8")
    page.with_suffix(".json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    for name, picture in pictures.items():
        page.with_name(name).write_bytes(picture)
    return page
