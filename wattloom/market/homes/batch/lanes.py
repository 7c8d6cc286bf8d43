"""Homes beside each other: numbers of several homes as lanes of one array, and threads over groups."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

import numba
import numpy as np

from wattloom.market.homes.batch.compiled import ALONE, IN_STEP, Lanes
from wattloom.market.homes.checks import FloatArray


def lanes_for(homes: int) -> Lanes:
    """Return how many homes go in step in a batch of that many."""
    return IN_STEP if homes > 1 else ALONE


def to_lanes(numbers: FloatArray | Sequence[FloatArray], lanes: Lanes) -> FloatArray:
    """Return one row of numbers per home, (N, rows), as (groups, rows, lanes); the last home fills up."""
    array = np.asarray(numbers, dtype=np.float64)
    width = len(lanes)
    idle = -len(array) % width
    filled = np.concatenate([array, np.repeat(array[-1:], idle, axis=0)]) if idle else array
    return np.ascontiguousarray(filled.reshape(-1, width, array.shape[1]).swapaxes(1, 2))


def from_lanes(array: FloatArray, homes: int) -> FloatArray:
    """Return (groups, rows, lanes) as one row of numbers per home, (N, rows)."""
    groups, rows, width = array.shape
    return np.ascontiguousarray(array.swapaxes(1, 2)).reshape(groups * width, rows)[:homes]


def over_groups(work: Callable[..., object], groups: int, *arguments: object) -> None:
    """Call work(first, last, *arguments) for spans that hold every group once, from several threads.

    Compiled code runs without the interpreter's lock. Numba's own threads survive neither a fork nor calls
    from two threads at once; its limit, NUMBA_NUM_THREADS, holds here too.
    """
    threads = min(groups, _threads())
    bounds = np.linspace(0, groups, threads + 1).astype(int).tolist()
    pool = _pool(os.getpid())
    waiting = [pool.submit(work, *span, *arguments) for span in pairwise(bounds[1:])]
    work(0, bounds[1], *arguments)
    for future in waiting:
        future.result()


@cache
def _pool(_process: int) -> ThreadPoolExecutor:
    """Return this process's threads: a forked child has none of its parent's."""
    return ThreadPoolExecutor(_threads(), thread_name_prefix="homes")


def _threads() -> int:
    return int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
