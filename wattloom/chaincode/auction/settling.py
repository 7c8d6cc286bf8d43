"""Settling homes of a cleared book: money through the utility, trades to metering, promises released."""

from collections.abc import Sequence

from msgspec.structs import replace

from wattloom.chaincode.accounts import book, house
from wattloom.chaincode.api import Context
from wattloom.chaincode.auction import engagements
from wattloom.chaincode.auction.messages import BookSettled
from wattloom.chaincode.auction.records import HomeDue, Market, Side, Slot, SlotStatus
from wattloom.chaincode.metering import traded


def settle(ctx: Context, market: Market, slot: Slot, dues: Sequence[HomeDue]) -> Slot:
    """Settle homes against the utility's locked money, and return the slot with what that holds.

    Payers come before whoever is paid, in this block and over all of them, so it never lacks money.
    """
    payments = [house.Due(due.party_id, due.unlock_nano, due.owes_nano) for due in dues]
    held_nano = house.settle(ctx, payments, house=market.utility)
    for due in dues:
        _conclude(ctx, market, slot, due)
    return replace(slot, held_nano=slot.held_nano + held_nano)


def finish(ctx: Context, market: Market, slot: Slot) -> Slot:
    """Give the utility what is left, which is fees and forfeits, and return the slot as settled."""
    book.unlock(ctx, market.utility, slot.held_nano)
    ctx.emit("book_settled", BookSettled(market_id=market.market_id, slot_start_s=slot.slot_start_s))
    status = SlotStatus.SETTLED if slot.status is SlotStatus.SETTLING else slot.status
    return replace(slot, status=status, held_nano=0)


def _conclude(ctx: Context, market: Market, slot: Slot, due: HomeDue) -> None:
    where = (market.market_id, slot.slot_start_s, due.party_id)
    held = engagements.read(ctx, *where)
    if due.side is not None:
        held = engagements.release(held, due.side, due.ordered_wh - due.traded_wh)
    engagements.write(ctx, *where, replace(held, fills=[*held.fills, *due.fills]))
    if due.traded_wh:
        net_wh = due.traded_wh if due.side is Side.BUY else -due.traded_wh
        traded.record(
            ctx, due.party_id, slot_start_s=slot.slot_start_s, slot_s=market.slot_s, trades_wh=[net_wh]
        )
