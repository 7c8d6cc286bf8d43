"""What a home expects of a day: the energy that its own plan draws, or has left, slot by slot."""

import numpy as np

from wattloom.market.auction.strategies.protocol import Ints
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.transactive.terms import registered_limit_wh
from wattloom.market.transactive.units import WH_PER_KWH


def expected_wh(home: Home, plan: Schedule) -> Ints:
    """Return what the home would buy (positive) or sell in each slot (T,), whole Wh within its limit.

    It buys what its plan draws from the grid, and sells what its plan feeds in or spills.
    """
    net_kwh = plan.grid_kwh - plan.fed_in_kwh - spilt_kwh(home, plan)
    limit_wh = registered_limit_wh(home)
    return np.clip(np.rint(net_kwh * WH_PER_KWH), -limit_wh, limit_wh).astype(np.int64)


def spilt_kwh(home: Home, plan: Schedule) -> FloatArray:
    """Return the yield of sun and wind that the plan has no use for (T,), kWh per slot."""
    spilt = np.zeros(home.slots)
    for device in home.devices:
        if isinstance(device, Renewable):
            found = plan.devices[device.name]
            spilt += device.available_kwh - found["used_kwh"] - found.get("fed_in_kwh", 0.0)
    return np.maximum(spilt, 0.0)
