"""Relaxed ADMM in process on a community of any size, timed."""

import time

from wattloom.market.coordination import admm
from wattloom.market.scale.case import Case, Tell
from wattloom.market.scale.measured import BYTES_PER_NUMBER, Measured, memory_mb
from wattloom.market.scale.points import Point, lost, targets
from wattloom.market.transactive.terms import offered_terms


def measure(case: Case, *, most: int, tell: Tell) -> Measured:
    """Iterate to both residuals, `most` times at most; then look for the first iteration that is good enough.

    Raises
    ------
    SolveFailed : some home has no feasible plan
    NobodyCanBalance : an iteration cannot be repaired
    """
    points, converged = _run(case, most, tell)
    tell("looking for the first iteration that repair makes good enough")
    homes, slots = case.fleet.shape
    lost_at_end = lost(case, points[-1])
    return Measured(
        model=case.model,
        homes=homes,
        slots=slots,
        method="admm",
        converged=converged,
        rounds=len(points),
        exchanges=len(points),
        set_up_s=case.set_up_s,
        seconds=points[-1].seconds,
        bytes_up=homes * slots * BYTES_PER_NUMBER,
        bytes_down=slots * BYTES_PER_NUMBER,
        bytes_up_masked=None,
        surplus_lost_percent=100 * lost_at_end,
        targets=targets(case, points, converged=converged, lost_at_end=lost_at_end),
        central=case.central,
        memory_mb=memory_mb(),
    )


def _run(case: Case, most: int, tell: Tell) -> tuple[list[Point], bool]:
    terms = offered_terms(case.community, slot_start_s=case.community.slot_start_s, max_iterations=most)
    points: list[Point] = []
    started = time.perf_counter()
    for iterate in admm.iterations(case.fleet, terms):
        points.append(Point(iterate.trade_kwh, iterate.number, time.perf_counter() - started))
        tell(f"iteration {iterate.number}, residuals {iterate.primal_kwh:.1e} kWh and {iterate.dual:.1e} $")
        if admm.within(iterate.residuals, terms):
            return points, True
        if iterate.number == most:
            break
    return points, False
