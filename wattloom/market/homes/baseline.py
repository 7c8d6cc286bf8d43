"""The baseline of demand response: what a home would draw if nobody paid it to draw less."""

from dataclasses import replace

import numpy as np

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.home import Home
from wattloom.market.homes.solver import HomeSolver


def baseline_kwh(home: Home) -> FloatArray:
    """Return the draw of the home's stand-alone plan without demand response, (T,), kWh per slot.

    It follows from the home's own data alone, so neither a reward nor a trade can move it.

    Raises
    ------
    SolveFailed : the home cannot live on its own, or no solver proved optimality
    """
    usual = HomeSolver(replace(home, demand_response=None)).stand_alone()
    return np.maximum(0.0, usual.grid_kwh)
