"""The page: one file that needs no other, and shows the numbers of the JSON beside it."""

import base64
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_pages = Environment(
    loader=PackageLoader("wattloom.market.papers.reproduction"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def render(document: Mapping[str, Any], pictures: Mapping[str, bytes]) -> str:
    """Return the page of a document (`document.Document`) and its pictures, PNG by file name."""
    inline = {name: base64.b64encode(data).decode("ascii") for name, data in pictures.items()}
    return _pages.get_template("reproduction.html").render(papers=document["papers"], pictures=inline)
