"""Why a problem has no solution: whose need cannot be met, and in which slot first."""

from collections.abc import Sequence
from dataclasses import dataclass

import cvxpy as cp
import numpy as np

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.devices.part import Part
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.stated import StatedHome, solve_with_clarabel, value

TOLERANCE_KWH = 1e-6
"""Missing energy below this is a solver's tolerance."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The first need that cannot be met: of which home and device, in which slot, and why in words."""

    home: str
    device: str | None
    slot: int | None
    reason: str


def solve_or_explain(problem: cp.Problem, homes: Sequence[StatedHome], *, subject: str) -> float:
    """Solve a problem over these homes tightly and return the optimum.

    Raises
    ------
    SolveFailed : Clarabel did not prove optimality; without any solution, it names home, device and slot
    """
    try:
        return solve_with_clarabel(problem, subject=subject)
    except SolveFailed as failure:
        if failure.status not in (cp.INFEASIBLE, cp.INFEASIBLE_INACCURATE):
            raise
        found = diagnose(problem, homes)
        if found is None:
            raise
        raise SolveFailed(
            engine=failure.engine,
            status=failure.status,
            subject=subject,
            reason=found.reason,
            home=found.home,
            device=found.device,
            slot=found.slot,
        ) from failure


def diagnose(problem: cp.Problem, homes: Sequence[StatedHome]) -> Diagnosis | None:
    """Return why a problem over these homes has no solution, or None if that cannot be told.

    It is solved in its elastic form: the least energy, over homes and slots, by which supply and demand miss
    each other. Where even that has no solution, some device's own constraints contradict each other.
    """
    balanced = {stated.balanced.id for stated in homes}
    rest = [constraint for constraint in problem.constraints if constraint.id not in balanced]
    missing = sum((cp.norm1(stated.balance) for stated in homes), start=cp.Constant(0.0))
    if not _solves(missing, rest):
        return _contradiction(homes)
    found = [(first, stated) for stated in homes if (first := _first(value(stated.balance))) is not None]
    return _imbalance(*min(found, key=lambda each: each[0])) if found else None


def _contradiction(homes: Sequence[StatedHome]) -> Diagnosis | None:
    """Return the first device that has no plan even on its own."""
    for stated in homes:
        for device, part in stated.parts.items():
            if not _solves(cp.Constant(0.0), part.constraints):
                home, slot = stated.home.home_id, _violated(part, stated.home.slots)
                where = "" if slot is None else f" in slot {slot}"
                reason = f"home {home}: device {device} cannot keep its own constraints{where}"
                return Diagnosis(home, device, slot, reason)
    return None


def _violated(part: Part, slots: int) -> int | None:
    """Return the first slot in which the least violation of a device's constraints is, if slots have any."""
    if not _solves(sum(map(_violation, part.constraints), start=cp.Constant(0.0)), ()):
        return None
    rows = [np.ravel(constraint.violation()) for constraint in part.constraints]
    first = [_first(each) for each in rows if each.size == slots]
    return min((slot for slot in first if slot is not None), default=None)


def _imbalance(slot: int, stated: StatedHome) -> Diagnosis:
    """Return what the slot has too much, which is the trade's doing, or lacks, and what needs most in it."""
    home, gap_kwh = stated.home.home_id, float(value(stated.balance)[slot])
    trade_kwh, grid_kwh = float(value(stated.trade_kwh)[slot]), float(value(stated.grid_kwh)[slot])
    if gap_kwh > 0:
        reason = (
            f"home {home} has {gap_kwh:.4g} kWh too much in slot {slot}, with a trade of {trade_kwh:.4g} kWh"
        )
        return Diagnosis(home, None, slot, reason)
    demand = {name: float(value(part.net_demand_kwh)[slot]) for name, part in stated.parts.items()}
    device, kwh = max(demand.items(), key=lambda each: each[1], default=(None, 0.0))
    reason = (
        f"home {home} lacks {-gap_kwh:.4g} kWh in slot {slot}: {device} takes {kwh:.4g} kWh, "
        f"the grid gives {grid_kwh:.4g} kWh, the trade {trade_kwh:.4g} kWh"
    )
    return Diagnosis(home, device, slot, reason)


def _solves(objective: cp.Expression, constraints: Sequence[cp.Constraint]) -> bool:
    try:
        problem = cp.Problem(cp.Minimize(objective), list(constraints))
        solve_with_clarabel(problem, subject="the elastic form")
    except SolveFailed:
        return False
    return True


def _violation(constraint: cp.Constraint) -> cp.Expression:
    one_sided = isinstance(constraint, cp.constraints.Inequality)
    return cp.sum(cp.pos(constraint.expr) if one_sided else cp.abs(constraint.expr))


def _first(gaps: FloatArray) -> int | None:
    """Return the first index of a gap that is more than a tolerance."""
    wrong = np.flatnonzero(np.abs(gaps) > TOLERANCE_KWH)
    return int(wrong[0]) if wrong.size else None
