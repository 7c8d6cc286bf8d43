"""The order book: every hour all users bid for what they lack or ask for what they have, once each."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from wattloom.chaincode.auction.messages import PlaceOrder, Suggestion
from wattloom.chaincode.auction.records import OrderTerms, Side
from wattloom.market.auction.simulation.ledger import GATE_S, MARKET, Call, Ledger, suggestion, user
from wattloom.market.auction.simulation.population import Population, local_hours
from wattloom.market.auction.simulation.profiles import HOUR_S, HOURS, Ints
from wattloom.market.auction.simulation.setup import START_S, STORAGE_WH, Setup
from wattloom.market.auction.simulation.tally import Tally
from wattloom.market.auction.strategies import Situation, Strategy

LEAD_S = 60
"""How long before its gate closes a book gets its orders."""


class OrderBook:
    """One run of the order book, hour by hour."""

    def __init__(
        self, setup: Setup, people: Population, strategy: Strategy, ledger: Ledger, tally: Tally
    ) -> None:
        self._setup, self._strategy, self._ledger, self._tally = setup, strategy, ledger, tally
        self._net_wh, self._own_need_wh = people.net_wh, people.own_need_wh()
        self._stored_wh: Ints = np.zeros(setup.users, dtype=np.int64)

    def run(self) -> Iterator[int]:
        """Trade every hour of the run; yield the time at the end of each hour."""
        for number, hour in enumerate(local_hours(START_S, self._setup.hours).tolist()):
            slot_start_s = START_S + number * HOUR_S
            self._trade(number, hour, slot_start_s)
            self._ledger.tidy()
            yield slot_start_s + HOUR_S
        self._tally.left_wh = int(self._stored_wh.sum())

    def _trade(self, number: int, hour: int, slot_start_s: int) -> None:
        net_wh = self._net_wh[:, hour]
        own_wh = np.minimum(self._stored_wh, np.maximum(net_wh, 0))
        need_wh = np.maximum(net_wh, 0) - own_wh
        stock_wh = self._stored_wh - own_wh + np.maximum(-net_wh, 0)
        kept_wh = self._own_need_wh[:, (hour + 1) % HOURS] if self._setup.keeps_own else 0
        for_sale_wh = np.where(need_wh > 0, 0, np.maximum(stock_wh - kept_wh, 0))
        said = suggestion(self._ledger, start_s=slot_start_s)
        bought_wh, sold_wh = self._matched(slot_start_s, said, need_wh, for_sale_wh)
        self._stored_wh = np.minimum(stock_wh - sold_wh, STORAGE_WH)
        tally, grid_wh = self._tally, need_wh - bought_wh
        tally.fed_in_wh += stock_wh - sold_wh - self._stored_wh
        tally.need_wh[:, number], tally.grid_wh[:, number] = need_wh, grid_wh
        tally.bought_wh += bought_wh
        tally.sold_wh += sold_wh
        tally.grid_owed_nano += grid_wh * said.grid_nano_per_wh

    def _matched(
        self, slot_start_s: int, said: Suggestion, need_wh: Ints, for_sale_wh: Ints
    ) -> tuple[Ints, Ints]:
        """Let everybody place one order, and return what each has bought and sold, (N,), Wh."""
        homes = np.flatnonzero(need_wh + for_sale_wh)
        buying = need_wh[homes] > 0
        wanted_wh = (need_wh + for_sale_wh)[homes]
        situation = Situation(said.grid_nano_per_wh, said.feed_in_nano_per_wh, said.price_nano_per_wh)
        quotes = self._strategy.quote(homes, buying, situation)
        calls = _orders(slot_start_s, homes, buying, wanted_wh, quotes)
        gate_s = slot_start_s - GATE_S
        self._ledger.block(calls, time_s=gate_s - LEAD_S)
        self._ledger.block([], time_s=gate_s + 1)
        self._tally.offers += len(calls)
        traded_wh = self._traded(slot_start_s, homes)
        self._strategy.observe(homes, traded_wh[homes] == wanted_wh)
        bought_wh = np.where(need_wh > 0, traded_wh, 0)
        return bought_wh, traded_wh - bought_wh

    def _traded(self, slot_start_s: int, homes: npt.NDArray[np.intp]) -> Ints:
        names = [user(number) for number in homes.tolist()]
        held = self._ledger.engagements(slot_start_s, names)
        traded_wh = np.zeros(self._setup.users, dtype=np.int64)
        traded_wh[homes] = [sum(fill.energy_wh for fill in each.fills) for each in held]
        return traded_wh


def _orders(
    slot_start_s: int,
    homes: npt.NDArray[np.intp],
    buying: npt.NDArray[np.bool_],
    energy_wh: Ints,
    prices: Ints,
) -> Sequence[Call]:
    return [
        Call(
            user(number),
            "auction:place_order",
            PlaceOrder(
                market_id=MARKET,
                slot_start_s=slot_start_s,
                terms=OrderTerms(side=Side.BUY if buys else Side.SELL, energy_wh=wh, price_nano_per_wh=price),
            ),
        )
        for number, buys, wh, price in zip(
            homes.tolist(), buying.tolist(), energy_wh.tolist(), prices.tolist(), strict=True
        )
    ]
