"""Runs a tutorial as its reader would: all of its blocks, in order, in one shell and one folder."""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import Block, Page

PORTS = ("7460", "9460")
"""The ports of the pages, gateway and metrics; each run takes free ones in their place."""

MARK = "--- block"
PRELUDE = "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\nexec 2>&1\n"


def walk(page: Page, folder: Path) -> list[tuple[Block, str]]:
    """Run a page's blocks and return what is to be compared: each `output` block and what was really said."""
    blocks = page.blocks()
    script = PRELUDE + "".join(_steps(blocks))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment.pop("VIRTUAL_ENV", None)
    for port in PORTS:
        script = re.sub(rf"\b{port}\b", str(_free_port()), script)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    said = done.stdout.split(MARK)
    logs = "".join(log.read_text("utf-8") for log in folder.glob("*.log"))
    assert done.returncode == 0, f"{page.name}, in this block:\n{MARK}{said[-1]}{done.stderr}{logs}"
    return list(_expected(blocks, [part.partition("\n")[2] for part in said]))


def _steps(blocks: list[Block]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        yield f"echo '{MARK} {number}'\n"
        if block.language == "sh":
            yield block.text
        elif block.language == "python":
            file = block.file or f"block{number}.py"
            yield f"printf %s {shlex.quote(block.text)} > {file}\n"
            if not block.file:
                yield f"python {file}\n"


def _expected(blocks: list[Block], said: list[str]) -> Iterator[tuple[Block, str]]:
    """Pair each `output` block with what the run block before it printed."""
    last = ""
    for number, block in enumerate(blocks):
        if block.language in ("sh", "python") and not block.file:
            last = said[number + 1]
        elif block.language == "output":
            yield block, last


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
