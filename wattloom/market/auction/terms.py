"""The terms of a day's auction: one market of a utility, its tariff, and when everything happens."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.messages import OpenMarket, SetTariff
from wattloom.chaincode.auction.units import DAY_S
from wattloom.chaincode.metering.messages import OpenPeriod
from wattloom.market.auction.errors import CannotAuction
from wattloom.market.auction.strategies.protocol import Ints
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.community import Community
from wattloom.market.transactive.units import NANO, WH_PER_KWH

MARKET = "day-ahead"

OFFERS_S = 120
"""How long offers to a request are taken."""

WAIT_S = 600
"""How long after the day readings are awaited, and taken."""


@dataclass(frozen=True, slots=True)
class AuctionTerms:
    """One day of T slots in one market.

    Each slot's book takes orders for one slot's length until its gate closes, half a slot before delivery;
    what the book has left is asked for, and offered, in the time after.

    Attributes
    ----------
    slot_start_s, slot_s, slots : when the first slot begins, Unix seconds, at a UTC midnight; T slots
    grid_nano_per_wh, feed_in_nano_per_wh : (T,), what the grid charges and pays
    """

    slot_start_s: int
    slot_s: int
    slots: int
    grid_nano_per_wh: Ints
    feed_in_nano_per_wh: Ints
    pricing: Pricing = Pricing.PAY_AS_OFFER
    market_id: str = MARKET

    @property
    def gate_closure_s(self) -> int:
        """How long before delivery a book is cleared."""
        return self.slot_s // 2

    @property
    def end_s(self) -> int:
        """When the last slot has been delivered."""
        return self.starts_s(self.slots)

    @property
    def paid_s(self) -> int:
        """When deviations have been paid."""
        return self.end_s + WAIT_S + 1

    def starts_s(self, slot: int) -> int:
        """Return when a slot's delivery begins."""
        return self.slot_start_s + slot * self.slot_s

    def opens_s(self, slot: int) -> int:
        """Return when homes begin to order."""
        return self.gate_s(slot) - self.slot_s

    def gate_s(self, slot: int) -> int:
        """Return the first second in which a slot's book takes no orders, and is cleared."""
        return self.starts_s(slot) - self.gate_closure_s + 1

    def offers_s(self, slot: int) -> int:
        """Return when homes begin to answer what was asked for after the gate."""
        return self.gate_s(slot) + OFFERS_S // 2

    def closed_s(self, slot: int) -> int:
        """Return when every request has been closed that was made before homes began to answer."""
        return self.offers_s(slot) + OFFERS_S + 1

    def market(self) -> OpenMarket:
        """Return the market as its utility opens it."""
        return OpenMarket(
            market_id=self.market_id,
            slot_s=self.slot_s,  # type: ignore[arg-type]  # 900, 1800 or 3600: `Community` has checked it
            gate_closure_s=self.gate_closure_s,
            pricing=self.pricing,
        )

    def tariffs(self) -> Iterator[SetTariff]:
        """Yield the tariff of each day (UTC); after the last slot its prices stay."""
        per_day = DAY_S // self.slot_s
        for first in range(0, self.slots, per_day):
            yield SetTariff(
                market_id=self.market_id,
                day_start_s=self.starts_s(first),
                grid_nano_per_wh=_day_of(self.grid_nano_per_wh[first : first + per_day], per_day),
                feed_in_nano_per_wh=_day_of(self.feed_in_nano_per_wh[first : first + per_day], per_day),
            )

    def period(self) -> OpenPeriod:
        """Return the metering period: deviations from trades cost what the grid does."""
        return OpenPeriod(
            slot_start_s=self.slot_start_s,
            slot_s=self.slot_s,  # type: ignore[arg-type]  # as above
            slots=self.slots,
            shortfall_nano_per_wh=Int64Array(self.grid_nano_per_wh.tolist()),
            surplus_nano_per_wh=Int64Array(self.feed_in_nano_per_wh.tolist()),
            wait_s=WAIT_S,
            correct_s=WAIT_S,
        )

    def purse_nano(self, limit_wh: int) -> int:
        """Return what a home can owe in a day at most, if it draws its registered limit in every slot."""
        return limit_wh * int(self.grid_nano_per_wh.sum())


def offered_terms(
    community: Community, *, slot_start_s: int, pricing: Pricing = Pricing.PAY_AS_OFFER
) -> AuctionTerms:
    """Return terms under which no home of a community is worse off than with its own tariff.

    Raises
    ------
    CannotAuction : the homes' tariffs leave no price that is good for all, or the day begins at no midnight
    """
    grid = np.min([home.grid_prices() for home in community.homes], axis=0)
    feed_in = np.max([home.tariff.feed_in_prices(home.slots) for home in community.homes], axis=0)
    if slot_start_s % DAY_S:
        raise CannotAuction(f"the day begins at {slot_start_s}: choose the beginning of a day (UTC)")
    for slot in np.flatnonzero((grid < 0) | (feed_in > grid)).tolist():
        raise CannotAuction(
            f"in slot {slot} a home pays {grid[slot]:.4f} $/kWh to the grid and one is paid "
            f"{feed_in[slot]:.4f}: use tariffs with 0 <= feed-in price <= energy price for all homes"
        )
    return AuctionTerms(
        slot_start_s=slot_start_s,
        slot_s=community.slot_s,
        slots=community.slots,
        grid_nano_per_wh=_nano_per_wh(grid),
        feed_in_nano_per_wh=_nano_per_wh(feed_in),
        pricing=pricing,
    )


def _nano_per_wh(prices_per_kwh: FloatArray) -> Ints:
    return np.rint(prices_per_kwh * (NANO / WH_PER_KWH)).astype(np.int64)


def _day_of(prices: Ints, per_day: int) -> Int64Array:
    return Int64Array(np.pad(prices, (0, per_day - prices.size), mode="edge").tolist())
