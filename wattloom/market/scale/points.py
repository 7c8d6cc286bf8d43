"""The rounds of any method as they pass by, and which of them first meets a target."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from wattloom.market.coordination.repair import repair
from wattloom.market.homes.checks import FloatArray
from wattloom.market.scale.case import Case
from wattloom.market.scale.measured import Target

TIGHT = "residuals 1e-6"
SURPLUS_TARGET = 1e-3
"""The share of the surplus that a usable result may miss."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A round's end: trades (N, T), kWh, the exchanges so far, and the seconds from the first question."""

    trade_kwh: FloatArray
    exchanges: int
    seconds: float


def lost(case: Case, point: Point) -> float:
    """Return the share of the surplus that is lost where trades are repaired at this round."""
    return case.lost(repair(case.fleet, point.trade_kwh).cost)


def usable(case: Case, points: Sequence[Point]) -> Target:
    """Return the first round that loses little enough, found by halving: on the whole the loss falls.

    The last round must. The seconds include one repair, which is every home's plan with its trade fixed.
    """
    low, high, repair_s = 0, len(points), 0.0
    while high - low > 1:
        middle, started = (low + high) // 2, time.perf_counter()
        good = lost(case, points[middle - 1]) <= SURPLUS_TARGET
        repair_s = time.perf_counter() - started
        low, high = (low, middle) if good else (middle, high)
    return target(f"{100 * SURPLUS_TARGET:g} % lost, repaired", case, points, high, repair_s)


def target(name: str, case: Case, points: Sequence[Point], rounds: int, repair_s: float = 0.0) -> Target:
    """Return the target as met by a round, counted from 1."""
    point = points[rounds - 1]
    seconds = point.seconds + repair_s
    return Target(
        target=name,
        rounds=rounds,
        exchanges=point.exchanges,
        seconds=seconds,
        ratio=seconds / case.central.seconds,
    )


def targets(case: Case, points: Sequence[Point], *, converged: bool, lost_at_end: float) -> list[Target]:
    """Return the targets that a run has met."""
    met = [target(TIGHT, case, points, len(points))] if converged else []
    return [*met, usable(case, points)] if lost_at_end <= SURPLUS_TARGET else met
