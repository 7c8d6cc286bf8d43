"""What is matched: quotes of two sides, and the trades made of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Pricing(StrEnum):
    """What the seller of a trade is paid: its own price, the middle of both prices, or one for all."""

    PAY_AS_OFFER = "pay-as-offer"
    MID_PRICE = "mid-price"
    UNIFORM = "uniform"


class Quote(NamedTuple):
    """One side's wish to trade.

    Fields
    ------
    price_nano_per_wh : a bid's highest after the grid's fee, an ask's lowest
    energy_wh : the most that it trades, above zero and below 2^32
    position : where it stands on the ledger; sorts as the ledger does, and settles ties
    zone, green : where its home is, and whether what an ask sells is green
    green_only, local_only : what it insists on
    partner : the party that it would rather trade with, or empty
    """

    price_nano_per_wh: int
    energy_wh: int
    position: str
    party_id: str = ""
    zone: str = ""
    green: bool = False
    green_only: bool = False
    local_only: bool = False
    partner: str = ""

    @property
    def is_restricted(self) -> bool:
        """Tell whether it cannot trade with everybody."""
        return self.green_only or self.local_only


class Trade(NamedTuple):
    """Energy from an ask to a bid, each by its place among those given, at what the seller is paid."""

    bid: int
    ask: int
    energy_wh: int
    price_nano_per_wh: int


class Sides(NamedTuple):
    """A book while it is being matched: what is left of each quote, and the quotes in order of merit."""

    bids: Sequence[Quote]
    asks: Sequence[Quote]
    bid_left: list[int]
    ask_left: list[int]
    bid_rank: list[int]
    ask_rank: list[int]

    @classmethod
    def of(cls, bids: Sequence[Quote], asks: Sequence[Quote]) -> "Sides":
        """Rank bids from high to low and asks from low to high; among equals the ledger's order decides.

        Source: the ranking constraints (12) and (13) of the CE-SDT paper.
        """
        return cls(
            bids=bids,
            asks=asks,
            bid_left=[bid.energy_wh for bid in bids],
            ask_left=[ask.energy_wh for ask in asks],
            bid_rank=sorted(
                range(len(bids)), key=lambda at: (-bids[at].price_nano_per_wh, bids[at].position)
            ),
            ask_rank=sorted(range(len(asks)), key=lambda at: (asks[at].price_nano_per_wh, asks[at].position)),
        )

    def cross(self, bid: int, ask: int) -> bool:
        """Tell whether the bid pays what the ask wants."""
        return self.bids[bid].price_nano_per_wh >= self.asks[ask].price_nano_per_wh

    def take(self, bid: int, ask: int, price_nano_per_wh: int) -> Trade:
        """Trade as much between two quotes as both have left."""
        energy_wh = min(self.bid_left[bid], self.ask_left[ask])
        self.bid_left[bid] -= energy_wh
        self.ask_left[ask] -= energy_wh
        return Trade(bid, ask, energy_wh, price_nano_per_wh)

    def pair_price(self, bid: int, ask: int, pricing: Pricing) -> int:
        """Return the price of a trade that two quotes make between themselves; the middle is rounded down."""
        asked = self.asks[ask].price_nano_per_wh
        if pricing is Pricing.PAY_AS_OFFER:
            return asked
        return (asked + self.bids[bid].price_nano_per_wh) // 2
