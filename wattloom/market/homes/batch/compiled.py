"""How this package compiles: at the first call, without the interpreter's lock, kept in the user's cache."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import structlog

from wattloom.network.go_toolchain import cache_folder

log = structlog.get_logger(__name__)

OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "no_cfunc_wrapper": True,
}
INNER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True}

P = ParamSpec("P")
R = TypeVar("R")

Lanes = tuple[int, ...]
"""Zeros, as many as homes go in step. The length of a tuple is part of its type, so that compiled code knows
it and makes vector instructions of a loop over the lanes."""

ALONE: Lanes = (0,)
IN_STEP: Lanes = (0,) * 4
"""One home; and so many that fill a vector register and still leave little idle in a small batch."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` compiled on its first call, or read from what a former run has kept.

    Where nothing can be kept, because no folder may be written, every process compiles for itself.
    """
    compiling = numba.njit(**OPTIONS)(function)
    with _keeping(), suppress(RuntimeError):
        compiling.enable_caching()
    return cast("Callable[P, R]", compiling)


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` for compiled functions to call: without what a call from Python needs."""
    return cast("Callable[P, R]", numba.njit(**INNER)(function))


@contextmanager
def _keeping() -> Iterator[None]:
    """Have numba keep what it compiles for this version of the sources.

    Left to itself, numba looks at a function's own file only, and would go on with an old version of what
    the function calls.
    """
    settings = vars(numba.config)
    usual = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = str(_folder(usual))
    try:
        yield
    finally:
        settings["CACHE_DIR"] = usual


@cache
def _folder(base: str) -> Path:
    """Return the folder for this version, by a digest of the package's sources; say so when it is new."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    version = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    folder = Path(base or cache_folder() / "compiled") / version
    if not folder.exists():
        log.warning("compiling the home solver", once="per version and user", seconds=10, kept=str(folder))
    return folder
