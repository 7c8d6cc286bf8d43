"""How this package compiles: on the first call, without the interpreter's lock, cached beside the sources."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")

Lanes = tuple[int, ...]
"""Zeros, as many as homes go in step. The length of a tuple is part of its type, so that compiled code knows
it and makes vector instructions of a loop over the lanes."""

ALONE: Lanes = (0,)
IN_STEP: Lanes = (0,) * 4
"""One home; and so many that fill a vector register and still leave little idle in a small batch."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` compiled at its first call, or read from the cache that a former run left."""
    wrap = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
    return cast("Callable[P, R]", wrap(function))
