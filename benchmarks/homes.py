"""How long one home's solve takes, by horizon and by form."""

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.solver import HomeSolver

REPEATS = 30
RHO = 0.1


def run() -> list[dict[str, object]]:
    """Return the milliseconds of one solve, the median of ten homes, beside set-up and central solve."""
    return [figure for slots in (24, 168) for figure in _figures(slots)]


def _figures(slots: int) -> list[dict[str, object]]:
    homes = synthetic_community(slots=slots).homes
    solvers = [HomeSolver(home) for home in homes]
    price, zero = np.linspace(0.1, 0.4, slots), np.zeros(slots)
    pairs = np.zeros((len(homes) - 1, slots))
    milliseconds = {
        "exchange": [_ms(partial(s.solve_exchange, price, zero, RHO)) for s in solvers],
        "pairwise": [_ms(partial(s.solve_pairwise, price, pairs, pairs, RHO * len(pairs))) for s in solvers],
        "fixed": [_ms(partial(s.solve_fixed, zero)) for s in solvers],
        "set up": [_ms(partial(HomeSolver, home), repeats=1) for home in homes],
        "central": [_ms(partial(solve_central, homes), repeats=3)],
    }
    return [
        {"form": form, "slots": slots, "ms": statistics.median(ms), "slowest_ms": max(ms)}
        for form, ms in milliseconds.items()
    ]


def _ms(work: Callable[[], object], *, repeats: int = REPEATS) -> float:
    """Return the median milliseconds of some repeats."""
    times_s = []
    for _ in range(repeats):
        started_s = time.perf_counter()
        work()
        times_s.append(time.perf_counter() - started_s)
    return statistics.median(times_s) * 1e3
