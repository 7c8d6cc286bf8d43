"""Pages of documentation as tests read them: their fenced blocks, their links, their headings."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its language, the file that it is to be saved as (or nothing), its text."""

    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    def blocks(self) -> list[Block]:
        found = []
        for fence in _FENCE.finditer(self.text):
            language, _, options = fence["info"].strip().partition(" ")
            found.append(Block(language, options.removeprefix("file="), fence["text"]))
        return found

    def links(self) -> list[str]:
        return [link["target"] for link in _LINK.finditer(_FENCE.sub("", self.text))]

    def anchors(self) -> list[str]:
        """Return the anchors that renderers make of the headings."""
        headings = _HEADING.findall(_FENCE.sub("", self.text))
        kept = ("".join(c for c in heading.lower() if c.isalnum() or c in " -_") for heading in headings)
        return [heading.replace(" ", "-") for heading in kept]


def pages() -> list[Page]:
    """Return every page of the repository's root and of `docs`."""
    return [Page(path) for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])]
