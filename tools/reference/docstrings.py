"""Docstrings in our form: a sentence, prose, and NumPy sections of `names : text`."""

import inspect
import re
from typing import NamedTuple

_SECTION = re.compile(r"^(\w+)\n-+$", re.MULTILINE)
_ENTRY = re.compile(r"^(?P<names>\S.*?) : (?P<text>.*)$")


class Docstring(NamedTuple):
    """What a docstring says: prose, and sections as lists of (names, text)."""

    prose: str
    sections: dict[str, list[tuple[str, str]]]

    @property
    def summary(self) -> str:
        """The first sentence, on one line."""
        return " ".join(self.prose.partition("\n\n")[0].split())

    @property
    def details(self) -> str:
        """The prose after the first sentence."""
        return self.prose.partition("\n\n")[2]


def parse(of: object) -> Docstring:
    """Read the docstring of a function or class; one that it has not itself is empty."""
    text = inspect.cleandoc(getattr(of, "__doc__", None) or "")
    prose, *rest = _SECTION.split(text)
    bodies = dict(zip(rest[::2], rest[1::2], strict=True))
    return Docstring(prose.strip(), {name: _entries(body) for name, body in bodies.items()})


def _entries(body: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in body.splitlines():
        entry = _ENTRY.match(line)
        if entry:
            found.append((entry["names"], entry["text"].strip()))
        elif line.strip() and found:
            names, text = found[-1]
            found[-1] = names, f"{text} {line.strip()}"
    return found
