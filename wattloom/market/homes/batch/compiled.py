"""How this package compiles: at the first call, without the interpreter's lock, kept in the user's cache."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba

from wattloom.network.go_toolchain import cache_folder

P = ParamSpec("P")
R = TypeVar("R")

Lanes = tuple[int, ...]
"""Zeros, as many as homes go in step. The length of a tuple is part of its type, so that compiled code knows
it and makes vector instructions of a loop over the lanes."""

ALONE: Lanes = (0,)
IN_STEP: Lanes = (0,) * 4
"""One home; and so many that fill a vector register and still leave little idle in a small batch."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` compiled at its first call, or read from what a former run has kept.

    Where nothing can be kept, because no folder may be written, every process compiles for itself.
    """
    compiling = numba.njit(nogil=True, error_model="numpy", fastmath={"contract"})(function)
    with _keeping(), suppress(RuntimeError):
        compiling.enable_caching()
    return cast("Callable[P, R]", compiling)


@contextmanager
def _keeping() -> Iterator[None]:
    """Have numba keep what it compiles for this version of the sources.

    Left to itself, numba looks at a function's own file only, and would go on with an old version of what
    the function calls.
    """
    settings = vars(numba.config)
    usual = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = str(Path(usual or cache_folder() / "compiled") / _version())
    try:
        yield
    finally:
        settings["CACHE_DIR"] = usual


@cache
def _version() -> str:
    """Return a digest of this package's sources."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
