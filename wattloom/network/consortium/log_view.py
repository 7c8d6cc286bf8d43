"""The ends of several logs, and what is added to them."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

LOOK_AGAIN_S = 0.2
LINE_BYTES = 400
"""How long a line is taken to be when the last ones are looked for."""


def tail(paths: Mapping[str, Path], *, lines: int, follow: bool) -> Iterator[tuple[str, str]]:
    """Yield name and line: the last lines of each log, then, if asked, what is added, without end."""
    offsets = dict.fromkeys(paths, 0)
    for name, path in paths.items():
        found, offsets[name] = _last_lines(path, lines)
        yield from ((name, line) for line in found)
    while follow:
        time.sleep(LOOK_AGAIN_S)
        for name, path in paths.items():
            added, offsets[name] = _added_lines(path, offsets[name])
            yield from ((name, line) for line in added)


def last_lines(path: Path, count: int) -> list[str]:
    """Return the last lines of a log; none where there is no log."""
    return _last_lines(path, count)[0]


def _last_lines(path: Path, count: int) -> tuple[list[str], int]:
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - LINE_BYTES * (count + 1)))
            found = _whole_lines(file)
            return found[len(found) - min(count, len(found)) :], file.tell()
    except FileNotFoundError:
        return [], 0


def _added_lines(path: Path, offset: int) -> tuple[list[str], int]:
    """Return the lines after an offset; from the start where the log has become shorter, so is another."""
    try:
        with path.open("rb") as file:
            file.seek(offset if file.seek(0, os.SEEK_END) >= offset else 0)
            return _whole_lines(file), file.tell()
    except FileNotFoundError:
        return [], 0


def _whole_lines(file: BinaryIO) -> list[str]:
    """Read on to the last end of a line, and stand after it."""
    start, content = file.tell(), file.read()
    end = content.rfind(b"\n") + 1
    file.seek(start + end)
    return content[:end].decode(errors="replace").splitlines()
