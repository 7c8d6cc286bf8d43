"""What one home's answer to prices takes, by model, horizon and engine, in a real iteration.

CPU time, of all threads: it is what a free core takes, and other work on the machine changes it least.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import piqp

from wattloom.market.homes.batch.together import Batch
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.solver import HomeSolver, set_up_piqp
from wattloom.market.papers.communities import random_community
from wattloom.market.papers.config import MODELS

HOMES, SEED = 10, 1
ROUNDS, REPEATS = 60, 30
EVERY = 4
"""Every so many rounds are also answered by the engines that begin from nowhere."""
RHO, RELAXATION = 0.1, 1.6

Question = tuple[FloatArray, FloatArray]
Answer = Callable[[FloatArray, FloatArray, float], object]


def run() -> list[dict[str, object]]:
    """Return the CPU milliseconds of answers by engine, of keeping a trade, set-up, a central solve."""
    return [figure for model in MODELS for slots in (24, 168) for figure in _figures(model, slots)]


def _figures(model: str, slots: int) -> Iterator[dict[str, object]]:
    homes = random_community(model, homes=HOMES, slots=slots, seed=SEED).homes
    solvers = [HomeSolver(home) for home in homes]
    warm_ms, asked = _iterate(Batch(solvers), slots)
    engines: dict[str, list[Answer]] = {
        "cold": [s.solve_exchange for s in solvers],
        "PIQP": [_Piqp(s).solve_exchange for s in solvers],
    }
    milliseconds = {
        "warm, all homes": warm_ms,
        **_answers(engines, asked[::EVERY]),
        "keep a trade": [_ms(partial(s.solve_fixed, np.zeros(slots))) for s in solvers],
        "set up": [_ms(partial(HomeSolver, home), repeats=1) for home in homes],
        "central": [_ms(partial(solve_central, homes), repeats=3)],
    }
    for what, ms in milliseconds.items():
        yield {
            "model": model,
            "slots": slots,
            "what": what,
            "cpu_ms": statistics.median(ms),
            "slowest_cpu_ms": max(ms),
        }


def _iterate(batch: Batch, slots: int) -> tuple[list[float], list[Question]]:
    """Return each round's CPU milliseconds per home of relaxed ADMM, and what was asked in it."""
    price, anchors = np.zeros(slots), np.zeros((HOMES, slots))
    ms, asked = [], []
    for _ in range(ROUNDS):
        asked.append((price, anchors))
        started_s = time.process_time()
        trades = batch.solve_exchange(price, anchors, RHO)
        ms.append((time.process_time() - started_s) * 1e3 / HOMES)
        mean = trades.mean(axis=0)
        price = price + RHO * RELAXATION * mean
        anchors = RELAXATION * (trades - mean) + (1 - RELAXATION) * anchors
    return ms, asked


def _answers(engines: dict[str, list[Answer]], asked: list[Question]) -> dict[str, list[float]]:
    """Return the CPU milliseconds of every answer by each engine, engines taking turns."""
    ms: dict[str, list[float]] = {name: [] for name in engines}
    for price, anchors in asked:
        for home in range(HOMES):
            for name, homes in engines.items():
                ms[name].append(_ms(partial(homes[home], price, anchors[home], RHO), repeats=3))
    return ms


class _Piqp:
    """PIQP as it is quickest: set up once, then only the linear term changes."""

    def __init__(self, solver: HomeSolver) -> None:
        self._program, self._trade = solver.program, solver.trade
        weights = np.zeros(self._program.c.size)
        weights[self._trade] = RHO
        self._solver = set_up_piqp(self._program, extra_weights=weights)

    def solve_exchange(self, price: FloatArray, anchor: FloatArray, rho: float) -> None:
        linear = self._program.c.copy()
        linear[self._trade] += price - rho * anchor
        self._solver.update(c=linear)
        assert self._solver.solve() == piqp.PIQP_SOLVED


def _ms(work: Callable[[], object], *, repeats: int = REPEATS) -> float:
    """Return the median CPU milliseconds of some repeats."""
    times_s = []
    for _ in range(repeats):
        started_s = time.process_time()
        work()
        times_s.append(time.process_time() - started_s)
    return statistics.median(times_s) * 1e3
