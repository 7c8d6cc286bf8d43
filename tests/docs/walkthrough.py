"""Runs a tutorial as its reader would: all of its blocks, in order, in one shell and one folder."""

import os
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import Block, Page
from wattloom.network.consortium import processes
from wattloom.network.consortium.checks import is_free
from wattloom.network.consortium.free_ports import HIGHEST, LOWEST, free_ports
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.consortium.spec import LOOPBACK

PORTS = ("7460", "9460", "7470", "9470")
"""The ports of the pages, gateway and metrics; each run takes free ones in their place."""

NETWORK_PORTS = re.compile(r"\b75(\d\d)\b")
"""The ports of a network's nodes, from its base port on; each run takes a free hundred in their place."""

LOGS = ("*.log", "*/nodes/*/run/node.log")

MARK = "--- block"
PRELUDE = "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\nexec 2>&1\n"


def walk(page: Page, folder: Path) -> list[tuple[Block, str]]:
    """Run a page's blocks and return what is to be compared: each `output` block and what was really said."""
    blocks = page.blocks()
    script = _with_free_ports(PRELUDE + "".join(_steps(blocks)))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment.pop("VIRTUAL_ENV", None)
    try:
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
        )
    finally:
        for genesis in folder.glob("*/genesis.json"):
            processes.stop(NetworkFolder(genesis.parent).nodes())
    said = done.stdout.split(MARK)
    logs = "".join(log.read_text("utf-8") for place in LOGS for log in folder.glob(place))
    assert done.returncode == 0, f"{page.name}, in this block:\n{MARK}{said[-1]}{done.stderr}{logs}"
    return list(_expected(blocks, [part.partition("\n")[2] for part in said]))


def _steps(blocks: list[Block]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        yield f"echo '{MARK} {number}'\n"
        if block.language == "sh":
            yield block.text
        elif block.language == "python" or block.file:
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


def _with_free_ports(script: str) -> str:
    for port, free in zip(PORTS, free_ports(len(PORTS)), strict=True):
        script = re.sub(rf"\b{port}\b", str(free), script)
    base = _free_hundred()
    return NETWORK_PORTS.sub(lambda port: str(base + int(port[1])), script)


def _free_hundred() -> int:
    """Return the first of a hundred ports in a row that are free."""
    firsts = range(LOWEST, HIGHEST, 100)
    drawn = random.sample(firsts, len(firsts))
    return next(first for first in drawn if all(is_free(LOOPBACK, first + port) for port in range(100)))
