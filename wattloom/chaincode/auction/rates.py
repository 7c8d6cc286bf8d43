"""What the grid charges and pays over an interval."""

from typing import NamedTuple

from wattloom.chaincode.api import Context, InvalidArgument
from wattloom.chaincode.auction import keys
from wattloom.chaincode.auction.errors import NoTariff, PriceOutOfBounds
from wattloom.chaincode.auction.records import Market, Tariff
from wattloom.chaincode.auction.units import DAY_S


class Rates(NamedTuple):
    """The grid's price and its feed-in price, nano per Wh."""

    grid: int
    feed_in: int

    def check(self, price_nano_per_wh: int) -> None:
        """Raise `PriceOutOfBounds` where somebody would be worse off than with the grid."""
        check_between(price_nano_per_wh, lowest=self.feed_in, highest=self.grid)


def check_between(price_nano_per_wh: int, *, lowest: int, highest: int) -> None:
    """Raise `PriceOutOfBounds` unless the price is from the lowest to the highest."""
    if not lowest <= price_nano_per_wh <= highest:
        raise PriceOutOfBounds(lowest_nano_per_wh=lowest, highest_nano_per_wh=highest)


def over(ctx: Context, market: Market, start_s: int, duration_s: int) -> Rates:
    """Return the means over time of an interval of at most one slot's length, rounded down.

    Source: the CE-SDT paper, eq. (14), for prices in place of powers.

    Raises
    ------
    InvalidArgument : the interval is longer than a slot
    NoTariff : one of its days has no tariff
    """
    if duration_s > market.slot_s:
        raise InvalidArgument(reason=f"duration_s is {duration_s}, a slot has {market.slot_s}")
    first = of_slot(ctx, market, start_s)
    passed_s = max(start_s % market.slot_s + duration_s - market.slot_s, 0)
    if not passed_s:
        return first
    second = of_slot(ctx, market, start_s + duration_s)
    return Rates(
        grid=(first.grid * (duration_s - passed_s) + second.grid * passed_s) // duration_s,
        feed_in=(first.feed_in * (duration_s - passed_s) + second.feed_in * passed_s) // duration_s,
    )


def of_slot(ctx: Context, market: Market, at_s: int) -> Rates:
    """Return the rates of the slot that a time is in; raise `NoTariff`."""
    tariff = ctx.state.find(keys.tariff(market.market_id, at_s), Tariff)
    if tariff is None:
        raise NoTariff(at_s=at_s)
    slot, grid, feed_in = at_s % DAY_S // market.slot_s, tariff.grid_nano_per_wh, tariff.feed_in_nano_per_wh
    return Rates(grid=grid[slot % len(grid)], feed_in=feed_in[slot % len(feed_in)])
