"""Relaxed ADMM in process on a community of any size, timed."""

import time
from dataclasses import dataclass

from wattloom.market.coordination import admm
from wattloom.market.coordination.repair import repair
from wattloom.market.scale.case import Case, Tell
from wattloom.market.scale.measured import BYTES_PER_NUMBER, Measured, Target, memory_mb
from wattloom.market.transactive.terms import offered_terms

SURPLUS_TARGET = 1e-3
"""The share of the surplus that a usable result may miss."""


@dataclass(frozen=True, slots=True, eq=False)
class TimedIterate:
    """An iteration, and the seconds from the first question to its end."""

    iterate: admm.Iterate
    seconds: float


def measure(case: Case, *, most: int, tell: Tell) -> Measured:
    """Iterate to both residuals, `most` times at most; then look for the first iteration that is good enough.

    Raises
    ------
    SolveFailed : some home has no feasible plan
    NobodyCanBalance : an iteration cannot be repaired
    """
    timed, converged = _run(case, most, tell)
    homes, slots = case.fleet.shape
    lost = _lost(case, timed[-1])
    reached = [_target("residuals 1e-6", case, timed, len(timed), 0.0)] if converged else []
    if lost <= SURPLUS_TARGET:
        tell("looking for the first iteration that repair makes good enough")
        reached.append(_good_enough(case, timed))
    return Measured(
        model=case.model,
        homes=homes,
        slots=slots,
        method="admm",
        converged=converged,
        iterations=len(timed),
        exchanges=len(timed),
        set_up_s=case.set_up_s,
        seconds=timed[-1].seconds,
        bytes_up=homes * slots * BYTES_PER_NUMBER,
        bytes_down=slots * BYTES_PER_NUMBER,
        bytes_up_masked=None,
        surplus_lost_percent=100 * lost,
        targets=reached,
        central=case.central,
        memory_mb=memory_mb(),
    )


def _run(case: Case, most: int, tell: Tell) -> tuple[list[TimedIterate], bool]:
    terms = offered_terms(case.community, slot_start_s=case.community.slot_start_s, max_iterations=most)
    timed: list[TimedIterate] = []
    started = time.perf_counter()
    for iterate in admm.iterations(case.fleet, terms):
        timed.append(TimedIterate(iterate, time.perf_counter() - started))
        tell(f"iteration {iterate.number}, residuals {iterate.primal_kwh:.1e} kWh and {iterate.dual:.1e} $")
        if admm.within(iterate.residuals, terms):
            return timed, True
        if iterate.number == most:
            break
    return timed, False


def _good_enough(case: Case, timed: list[TimedIterate]) -> Target:
    """Return the first iteration that loses little enough, found by halving: on the whole the loss falls."""
    low, high, repair_s = 0, len(timed), 0.0
    while high - low > 1:
        middle, started = (low + high) // 2, time.perf_counter()
        good = _lost(case, timed[middle - 1]) <= SURPLUS_TARGET
        repair_s = time.perf_counter() - started
        low, high = (low, middle) if good else (middle, high)
    return _target(f"{100 * SURPLUS_TARGET:g} % lost, repaired", case, timed, high, repair_s)


def _lost(case: Case, at: TimedIterate) -> float:
    return case.lost(repair(case.fleet, at.iterate.trade_kwh).cost)


def _target(name: str, case: Case, timed: list[TimedIterate], iterations: int, repair_s: float) -> Target:
    seconds = timed[iterations - 1].seconds + repair_s
    return Target(
        target=name,
        iterations=iterations,
        exchanges=iterations,
        seconds=seconds,
        ratio=seconds / case.central.seconds,
    )
