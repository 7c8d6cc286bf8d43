"""The whole community solved at once: the optimum that every coordination is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass

import cvxpy as cp
import numpy as np

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.diagnosis import solve_or_explain
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.homes.stated import StatedHome


@dataclass(frozen=True, slots=True, eq=False)
class CentralOptimum:
    """The community's cheapest plan.

    Attributes
    ----------
    cost : $, sum of the homes' operating costs; payments between homes cancel in it
    trade_kwh : (N, T), net purchase of each home from the others; every column sums to zero
    price_per_kwh : (T,), $, the dual price of clearing: at it each home would itself choose this trade
    schedules : one per home, in the order given
    """

    cost: float
    trade_kwh: FloatArray
    price_per_kwh: FloatArray
    schedules: tuple[Schedule, ...]


def solve_central(homes: Sequence[Home]) -> CentralOptimum:
    """Solve CEMP of paper 000 in net trades, with Clarabel.

    minimise sum_i F_i  subject to each home's own constraints and sum_i x_i[t] = 0. Pair trades that
    clear by eq (7) add up to such net trades, and such net trades can be split into pairs: same optimum.

    Raises
    ------
    SolveFailed : Clarabel did not prove optimality, or there is no feasible plan; it then names home and slot
    """
    stated = [StatedHome(home) for home in homes]
    clearing = sum((home.trade_kwh for home in stated[1:]), start=stated[0].trade_kwh) == 0
    problem = cp.Problem(
        cp.Minimize(sum((home.cost for home in stated), start=cp.Constant(0.0))),
        [clearing, *(constraint for home in stated for constraint in home.constraints)],
    )
    solve_or_explain(problem, stated, subject=f"the community of {len(stated)} homes")
    schedules = tuple(home.schedule() for home in stated)
    return CentralOptimum(
        cost=sum(schedule.cost for schedule in schedules),
        trade_kwh=np.array([schedule.trade_kwh for schedule in schedules]),
        price_per_kwh=np.array(clearing.dual_value, dtype=np.float64),
        schedules=schedules,
    )
