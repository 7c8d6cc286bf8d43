"""What a home has promised in a slot, which never passes its registered limit on either side."""

from msgspec.structs import replace

from wattloom.chaincode.api import Context
from wattloom.chaincode.auction import keys
from wattloom.chaincode.auction.errors import BeyondCapacity, OtherSide, TooManyOrders
from wattloom.chaincode.auction.records import Engagement, Side
from wattloom.chaincode.auction.units import MAX_ORDERS_OF_HOME


def read(ctx: Context, market_id: str, slot_start_s: int, party_id: str) -> Engagement:
    """Return what a home has promised, which at first is nothing."""
    return ctx.state.find(keys.engagement(market_id, slot_start_s, party_id), Engagement) or Engagement()


def write(ctx: Context, market_id: str, slot_start_s: int, party_id: str, engagement: Engagement) -> None:
    """Keep what a home has promised."""
    ctx.state.put(keys.engagement(market_id, slot_start_s, party_id), engagement)


def promise(before: Engagement, side: Side, energy_wh: int, *, limit_wh: int) -> Engagement:
    """Return the engagement with more energy promised; raise `BeyondCapacity`."""
    promised_wh = before.buying_wh if side is Side.BUY else before.selling_wh
    if promised_wh + energy_wh > limit_wh:
        raise BeyondCapacity(limit_wh=limit_wh, promised_wh=promised_wh)
    return release(before, side, -energy_wh)


def release(before: Engagement, side: Side, energy_wh: int) -> Engagement:
    """Return the engagement with less energy promised."""
    if side is Side.BUY:
        return replace(before, buying_wh=before.buying_wh - energy_wh)
    return replace(before, selling_wh=before.selling_wh - energy_wh)


def release_at(
    ctx: Context, market_id: str, slot_start_s: int, party_id: str, side: Side, energy_wh: int
) -> None:
    """Take back what a home need not keep."""
    held = read(ctx, market_id, slot_start_s, party_id)
    write(ctx, market_id, slot_start_s, party_id, release(held, side, energy_wh))


def add_order(before: Engagement, order_id: str) -> Engagement:
    """Return the engagement with one more order; raise `TooManyOrders`."""
    if len(before.orders) >= MAX_ORDERS_OF_HOME:
        raise TooManyOrders(limit=MAX_ORDERS_OF_HOME)
    return replace(before, orders=[*before.orders, order_id])


def drop_order(before: Engagement, order_id: str) -> Engagement:
    """Return the engagement without an order; without any the home may take either side."""
    orders = [each for each in before.orders if each != order_id]
    return replace(before, orders=orders, side=before.side if orders else None)


def take_side(before: Engagement, side: Side) -> Engagement:
    """Return the engagement with the side of its orders; raise `OtherSide`."""
    if before.side not in (None, side):
        raise OtherSide(side=str(before.side))
    return replace(before, side=side)
