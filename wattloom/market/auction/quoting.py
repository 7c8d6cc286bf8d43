"""One home's quotes: what its strategy answers to what the ledger suggests."""

import numpy as np

from wattloom.chaincode.auction.messages import Interval, RequestLine, Suggestion
from wattloom.market.auction.port import Port
from wattloom.market.auction.strategies.protocol import Situation, Strategy
from wattloom.market.auction.terms import AuctionTerms

ONLY = np.zeros(1, dtype=np.intp)
"""An agent's strategy knows one home."""


class Quoting:
    """Asks the ledger for its suggestion and the strategy for a price."""

    def __init__(self, port: Port, terms: AuctionTerms, strategy: Strategy) -> None:
        self._port = port
        self._terms = terms
        self._strategy = strategy
        self._quoted = False

    async def order_price(self, slot: int, *, buying: bool) -> int:
        """Return the limit price of an order, nano per Wh."""
        found = await self._suggestion(self._terms.starts_s(slot))
        known = Situation(found.grid_nano_per_wh, found.feed_in_nano_per_wh, found.price_nano_per_wh)
        return self._quote(known, buying=buying)

    async def offer_price(self, line: RequestLine) -> int:
        """Return the price of an offer to a request, nano per Wh."""
        lowest, highest = line.lowest_nano_per_wh, line.highest_nano_per_wh
        found = await self._suggestion(line.slot_start_s)
        suggested = min(max(found.price_nano_per_wh, lowest), highest)
        return self._quote(Situation(highest, lowest, suggested), buying=False)

    def learn(self, *, served: bool) -> None:
        """Tell the strategy whether what it quoted last was traded wholly."""
        if self._quoted:  # not before its first quote: an order of before a crash is not its own
            self._strategy.observe(ONLY, np.array([served]))

    async def _suggestion(self, slot_start_s: int) -> Suggestion:
        asked = Interval(market_id=self._terms.market_id, start_s=slot_start_s, duration_s=self._terms.slot_s)
        return await self._port.evaluate("auction:suggest_price", asked, Suggestion)

    def _quote(self, known: Situation, *, buying: bool) -> int:
        self._quoted = True
        return int(self._strategy.quote(ONLY, np.array([buying]), known)[0])
