"""Slots of a market: when they take orders, and what is wanted and offered in them."""

from msgspec.structs import replace

from wattloom.chaincode.api import Context, InvalidArgument
from wattloom.chaincode.auction import keys
from wattloom.chaincode.auction.errors import BookClosed, BookFull
from wattloom.chaincode.auction.messages import ClearSlot
from wattloom.chaincode.auction.records import Market, Side, Slot
from wattloom.chaincode.auction.units import MAX_ORDERS


def read(ctx: Context, market_id: str, slot_start_s: int) -> Slot:
    """Return a slot, which is empty before somebody wants something in it."""
    return ctx.state.find(keys.slot(market_id, slot_start_s), Slot) or Slot(slot_start_s=slot_start_s)


def write(ctx: Context, market_id: str, slot: Slot) -> None:
    """Keep a slot."""
    ctx.state.put(keys.slot(market_id, slot.slot_start_s), slot)


def start_of(market: Market, at_s: int) -> int:
    """Return the beginning of the slot that a time is in."""
    return at_s - at_s % market.slot_s


def require_taking(ctx: Context, market: Market, slot_start_s: int) -> None:
    """Raise `InvalidArgument` where there is no such slot, `BookClosed` where its gate has closed."""
    if slot_start_s % market.slot_s:
        raise InvalidArgument(reason=f"slot_start_s is no multiple of {market.slot_s}")
    closes_s = market.closes_s(slot_start_s)
    if ctx.block_time_s > closes_s:
        raise BookClosed(closed_s=closes_s, block_time_s=ctx.block_time_s)


def wanted(slot: Slot, side: Side, energy_wh: int) -> Slot:
    """Return the slot with so much more, or less, wanted (bought) or offered (sold) in it."""
    if side is Side.BUY:
        return replace(slot, demand_wh=slot.demand_wh + energy_wh)
    return replace(slot, supply_wh=slot.supply_wh + energy_wh)


def enter(ctx: Context, market: Market, slot: Slot) -> Slot:
    """Return the slot with one more order, and let the ledger clear it; raise `BookFull`."""
    if slot.orders >= MAX_ORDERS:
        raise BookFull(limit=MAX_ORDERS)
    if not slot.scheduled:
        due = ClearSlot(market_id=market.market_id, slot_start_s=slot.slot_start_s)
        ctx.schedule(market.clears_s(slot.slot_start_s), "clear", due)
    return replace(slot, orders=slot.orders + 1, scheduled=True)
