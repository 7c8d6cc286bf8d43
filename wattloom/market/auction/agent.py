"""A home's agent in an auction: orders, hears what became of them, asks for the rest, answers others.

It says nothing of its home but what it orders, asks for and offers. It keeps to its plan: what neighbours do
not take or supply the grid does.
"""

import numpy as np

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.auction.messages import EngagementOf, PlaceOrder
from wattloom.chaincode.auction.records import Engagement, Order, OrderTerms, Side
from wattloom.chaincode.metering.messages import Report
from wattloom.chaincode.metering.records import DeviationBill
from wattloom.market.auction.hearing import Hearing
from wattloom.market.auction.looking import look_until
from wattloom.market.auction.port import Port
from wattloom.market.auction.quoting import Quoting
from wattloom.market.auction.requesting import Requesting
from wattloom.market.auction.strategies.protocol import Ints, Strategy
from wattloom.market.auction.terms import AuctionTerms
from wattloom.market.auction.trades import HomeTrades


class AuctionAgent:
    """Acts for one home with its own key, one step at a time; `rounds.hold` says when.

    What it has promised stands on the ledger, so an agent that is started anew promises nothing twice.

    Parameters
    ----------
    hearing : its own, or one that homes of the same process share: all hear the same
    expected_wh : (T,), what the home would buy (positive) or sell in each slot
    generator : draws in which order it answers others
    """

    def __init__(
        self,
        port: Port,
        hearing: Hearing,
        *,
        party_id: str,
        terms: AuctionTerms,
        expected_wh: Ints,
        strategy: Strategy,
        generator: np.random.Generator,
    ) -> None:
        self.party_id = party_id
        self.trades = HomeTrades(terms.slots)
        self.hearing = hearing
        self._port = port
        self._terms = terms
        self.expected_wh = expected_wh
        self._quoting = Quoting(port, terms, strategy)
        self._held: dict[int, Engagement] = {}
        self._resumes = True
        self._requesting = Requesting(port, terms, self.hearing, self.trades, self._quoting, generator)

    @property
    def can_supply(self) -> bool:
        """Whether the home expects to have something left in any slot."""
        return bool((self.expected_wh < 0).any())

    async def order(self, slot: int) -> None:
        """Put what the home expects of a slot into its book, unless that was done before a crash."""
        expected_wh, resumes = int(self.expected_wh[slot]), self._resumes
        self._resumes = False
        if expected_wh == 0 or (resumes and (await self._engagement(slot)).orders):
            return
        side = Side.BUY if expected_wh > 0 else Side.SELL
        price = await self._quoting.order_price(slot, buying=side is Side.BUY)
        terms = OrderTerms(side=side, energy_wh=abs(expected_wh), price_nano_per_wh=price)
        placed = PlaceOrder(
            market_id=self._terms.market_id, slot_start_s=self._terms.starts_s(slot), terms=terms
        )
        await self._port.submit("auction:place_order", placed, Order)

    async def learn(self, slot: int) -> None:
        """Read what the slot's book has made of the home's order, once it is settled."""
        held = await look_until(_is_settled, lambda: self._engagement(slot))
        self._held[slot] = held
        if not held.orders:
            return
        filled_wh, expected_wh = sum(fill.energy_wh for fill in held.fills), int(self.expected_wh[slot])
        self.trades.neighbours_wh[slot] += filled_wh if expected_wh > 0 else -filled_wh
        self.trades.neighbours_nano[slot] += sum(fill.amount_nano for fill in held.fills)
        self._quoting.learn(served=filled_wh == abs(expected_wh))

    async def ask(self, slot: int) -> str | None:
        """Ask for what the book has not supplied; return the request's id, None where nothing is missing."""
        if self.expected_wh[slot] <= 0:
            return None
        missing_wh = int(self.expected_wh[slot]) - (await self._after_book(slot)).buying_wh
        return await self._requesting.ask(slot, missing_wh) if missing_wh > 0 else None

    async def answer(self, slot: int) -> None:
        """Offer what the book has not sold to those who ask."""
        if self.expected_wh[slot] >= 0:
            return
        left_wh = -int(self.expected_wh[slot]) - (await self._after_book(slot)).selling_wh
        if left_wh > 0:
            await self._requesting.answer(slot, left_wh)

    async def close(self, slot: int) -> None:
        """Read what has come of the home's request and offers."""
        await self._requesting.close(slot)

    async def report(self, metered_wh: Ints) -> None:
        """Report the meter's reading of the day (T,), import less export, once it has been delivered."""
        reading = Report(
            party_id=self.party_id,
            slot_start_s=self._terms.slot_start_s,
            net_wh=Int64Array(metered_wh.tolist()),
        )
        receipt = await self._port.submit("metering:report", reading, DeviationBill)
        self.trades.deviation_nano = receipt.result.amount_nano

    async def _after_book(self, slot: int) -> Engagement:
        """Return what the home has promised in a slot besides what it asks for and offers from now on."""
        return self._held.get(slot) or await self._engagement(slot)

    async def _engagement(self, slot: int) -> Engagement:
        meant = EngagementOf(
            market_id=self._terms.market_id,
            slot_start_s=self._terms.starts_s(slot),
            party_id=self.party_id,
        )
        return await self._port.evaluate("auction:read_engagement", meant, Engagement)


def _is_settled(held: Engagement) -> bool:
    """Tell whether every order has its fill, as it has once its book is settled."""
    return len(held.fills) == len(held.orders)
