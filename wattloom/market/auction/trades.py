"""What a home has traded in a day, and what that means for its cost."""

from dataclasses import dataclass, field

import numpy as np

from wattloom.market.auction.expectation import spilt_kwh
from wattloom.market.auction.strategies.protocol import Ints
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.transactive.units import WH_PER_KWH


@dataclass(slots=True, eq=False)
class HomeTrades:
    """A home's firm trades, (T,) each; bought is positive, paid is positive, Wh and nano.

    Attributes
    ----------
    neighbours_wh, neighbours_nano : with neighbours, by orders, requests and offers
    grid_wh, grid_nano : bought from the grid as the remainder of requests
    deviation_nano : what metering has billed, whole day
    requests, supplied_wh : how many needs it asked for, and what neighbours supplied of them
    missed : what came to nothing, such as "order 3: BOOK_CLOSED"
    """

    slots: int
    neighbours_wh: Ints = field(init=False)
    neighbours_nano: Ints = field(init=False)
    grid_wh: Ints = field(init=False)
    grid_nano: Ints = field(init=False)
    deviation_nano: int = 0
    requests: int = 0
    supplied_wh: int = 0
    missed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("neighbours_wh", "neighbours_nano", "grid_wh", "grid_nano"):
            setattr(self, name, np.zeros(self.slots, dtype=np.int64))

    @property
    def paid_nano(self) -> int:
        """What the home has paid on the ledger in all."""
        return int(self.neighbours_nano.sum() + self.grid_nano.sum()) + self.deviation_nano


def metered_wh(home: Home, plan: Schedule, expected_wh: Ints, trades: HomeTrades) -> Ints:
    """Return what flows through the meter of a home that keeps its plan (T,), import less export, whole Wh.

    What its plan would spill flows only where it is sold.
    """
    spilt_wh = np.rint(spilt_kwh(home, plan) * WH_PER_KWH).astype(np.int64)
    sold_wh = np.maximum(-trades.neighbours_wh, 0)
    return expected_wh + np.maximum(spilt_wh - sold_wh, 0)


def grid_draw_kwh(plan: Schedule, trades: HomeTrades) -> FloatArray:
    """Return what a home that keeps its plan draws from the grid (T,), kWh per slot."""
    bought_kwh = np.maximum(trades.neighbours_wh, 0) / WH_PER_KWH
    return np.maximum(plan.grid_kwh - bought_kwh, 0.0)


def operating_cost(home: Home, plan: Schedule, trades: HomeTrades) -> float:
    """Return what a home's plan costs with its trades, $, without payments to or from neighbours.

    The home keeps the plan that it made alone. Energy of neighbours takes the place of the grid's, which also
    lowers the peak; what is sold was fed in, if it was not spilt.
    """
    traded_kwh = trades.neighbours_wh / WH_PER_KWH
    grid_kwh = grid_draw_kwh(plan, trades)
    sold_kwh = np.maximum(-traded_kwh - spilt_kwh(home, plan), 0.0)
    fed_in_kwh = np.minimum(sold_kwh, plan.fed_in_kwh)
    saved = (plan.grid_kwh - grid_kwh) @ home.tariff.energy_prices(home.slots)
    forgone = fed_in_kwh @ home.tariff.feed_in_prices(home.slots)
    peak_kw = float(grid_kwh.max()) / home.setting.slot_h
    rise_kw = max(0.0, peak_kw - home.tariff.peak_so_far_kw)
    peak_cost = home.tariff.peak_price_per_kw * rise_kw
    return float(plan.cost - saved + forgone - plan.peak_cost + peak_cost)
