"""What tests of several rooms share, and how they are dealt out to two workers."""

from pathlib import Path

import pytest

from wattloom.network.engine_binary import EngineMissing, find_engine

HERE = Path(__file__).parent
TOGETHER = [
    HERE / "network" / "faults",
    HERE / "conformance",
    HERE / "network" / "consortium",
    HERE / "network" / "cometbft",
]
"""Folders whose tests share running networks: one worker takes all of a folder, and these come first."""


def pytest_collection_modifyitems(items):
    """Keep a folder's or a file's tests on one worker, as their fixtures are shared; the longest begin."""
    items.sort(key=lambda item: _rank(item.path))
    for item in items:
        folder = next((folder for folder in TOGETHER if folder in item.path.parents), None)
        group = (folder or item.path).relative_to(HERE).as_posix()
        item.add_marker(pytest.mark.xdist_group(group))


def _rank(path):
    return next((rank for rank, folder in enumerate(TOGETHER) if folder in path.parents), len(TOGETHER))


@pytest.fixture(scope="session")
def engine_program():
    """Return the stock `cometbft`; a machine without it fails, for a skipped engine proves nothing."""
    try:
        return find_engine()
    except EngineMissing as missing:
        pytest.fail(f"{missing} (or `make engine`)")
