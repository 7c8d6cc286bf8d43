"""Keeping a trade that the ledger has rounded to whole watt-hours."""

import numpy as np

from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Schedule
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.terms import ROUNDING_KWH
from wattloom.market.transactive.units import Array

DECISION_ERROR_KWH = 1e-6
"""A home can keep its own decision but for this: a solver's tolerance, and rounding to 1e-9 kWh."""


def plan_to_keep(solver: HomeSolver, trade_kwh: Array, *, decided_kwh: Array) -> Schedule:
    """Return the plan that keeps a trade (T,).

    A home without any flexible device cannot use a watt-hour more than its load, and rounding may sell it
    one. Such a home leaves unused what its own decision (T,) had no use for, as far as rounding moves trades.

    Raises
    ------
    SolveFailed : the home cannot keep the trade
    """
    try:
        return solver.solve_fixed(trade_kwh)
    except SolveFailed:
        usable_kwh = decided_kwh - DECISION_ERROR_KWH
        return solver.solve_fixed(np.clip(usable_kwh, trade_kwh - ROUNDING_KWH, trade_kwh))
