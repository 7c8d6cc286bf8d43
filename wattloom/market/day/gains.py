"""Who gains: the day under every way of settling and by auction, beside what each home would pay alone."""

import numpy as np

from wattloom.market.coordination import rationality
from wattloom.market.coordination.rationality import Report, Settled
from wattloom.market.day.result import DayResult
from wattloom.market.transactive.units import NANO, WH_PER_KWH


def gains(day: DayResult) -> Report:
    """Return the report of the ledger's bills at the clearing price, of a fixed price and of an even split.

    Plans and trades are the same in all three. Beside them stands the day by auction, where homes keep the
    plans that they made alone. What rounding to whole watt-hours may cost is no loss.
    """
    operating = np.array([home.cost_operating for home in day.homes])
    alone = np.array([home.cost_alone for home in day.homes])
    trade_kwh = np.array([home.trade_wh for home in day.homes]) / WH_PER_KWH
    ways = {
        "clearing": Settled(operating, np.array([home.bill_nano for home in day.homes]) / NANO),
        "fixed": rationality.settle_fixed(operating, trade_kwh, day.fixed_price),
        "bargaining": rationality.settle_bargaining(operating, alone),
    }
    if day.auction is not None:
        ways["auction"] = day.auction
    names, allowed = [home.home for home in day.homes], [home.rounding_bound for home in day.homes]
    return rationality.report(names, alone, ways, allowed=allowed)
