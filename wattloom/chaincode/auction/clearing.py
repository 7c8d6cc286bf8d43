"""Clearing a slot's book by the ledger's timer: matched in one block, settled there and in those after it."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from wattloom.chaincode.api import Context
from wattloom.chaincode.api import keys as api_keys
from wattloom.chaincode.auction import billing, budget, keys, markets, recent, settling, slots
from wattloom.chaincode.auction.matching import Trade, match
from wattloom.chaincode.auction.messages import BookCleared, ClearSlot
from wattloom.chaincode.auction.records import (
    Batch,
    HomeDue,
    Market,
    Order,
    SealedOrder,
    Side,
    Slot,
    SlotStatus,
)

HOMES_PER_BLOCK = 1_000
"""How many homes one block settles; the others wait for the next blocks."""

ORDERS_PER_BATCH = 5_000
"""Orders of the homes that wait together: what they come to is one record, which has a largest size."""


def clear(ctx: Context, due: ClearSlot) -> None:
    """Match a book and settle the first homes, or settle the next batch of a book that is matched.

    A book that comes to be cleared only once delivery has begun is void: everything is unlocked. What is too
    much for this block waits for the next.
    """
    market = markets.read(ctx, due.market_id)
    slot = slots.read(ctx, due.market_id, due.slot_start_s)
    if not budget.take(ctx, slot.orders if due.batch == 0 else budget.BATCH_WORK):
        ctx.schedule(ctx.block_time_s, "clear", due)
        return
    if due.batch == 0:
        slot, dues = _matched(ctx, market, slot)
        dues = _postpone(ctx, market, slot, dues)
    else:
        key = keys.batch(due.market_id, due.slot_start_s, due.batch)
        dues = ctx.state.get(key, Batch).dues
        ctx.state.delete(key)
    slot = settling.settle(ctx, market, slot, dues)
    following = replace(due, batch=due.batch + 1)
    if ctx.state.exists(keys.batch(due.market_id, due.slot_start_s, following.batch)):
        ctx.schedule(ctx.block_time_s, "clear", following)
    else:
        slot = settling.finish(ctx, market, slot)
    slots.write(ctx, due.market_id, slot)


def _matched(ctx: Context, market: Market, slot: Slot) -> tuple[Slot, list[HomeDue]]:
    """Return the slot as its book has cleared, and what that means for each home."""
    void = ctx.block_time_s >= slot.slot_start_s
    where = (market.market_id, api_keys.number(slot.slot_start_s))
    orders = [order for _, order in ctx.state.range(Order, "order", *where)]
    bids = [order for order in orders if order.terms.side is Side.BUY]
    asks = [order for order in orders if order.terms.side is Side.SELL]
    trades = [] if void else _match(market, bids, asks)
    dues = [*billing.bill(bids, asks, trades), *_forfeited(ctx, market, where, void=void)]
    slot = _closed(slot, bids, asks, trades, void=void)
    recent.remember(ctx, market.market_id, [(slot.price_nano_per_wh, slot.volume_wh)] if trades else [])
    cleared = BookCleared(
        market_id=market.market_id,
        slot_start_s=slot.slot_start_s,
        void=void,
        trades=slot.trades,
        volume_wh=slot.volume_wh,
        price_nano_per_wh=slot.price_nano_per_wh,
    )
    ctx.emit("book_cleared", cleared)
    return slot, billing.payers_first(dues)


def _match(market: Market, bids: Sequence[Order], asks: Sequence[Order]) -> list[Trade]:
    bid_quotes, ask_quotes = map(billing.quote_of, bids), map(billing.quote_of, asks)
    return match(list(bid_quotes), list(ask_quotes), market.pricing)


def _forfeited(ctx: Context, market: Market, where: tuple[str, str], *, void: bool) -> list[HomeDue]:
    """Return the dues of orders that were not revealed; of a void book they cost nothing."""
    if market.sealing is None:
        return []
    forfeit_nano = market.sealing.forfeit_nano
    sealed = [order for _, order in ctx.state.range(SealedOrder, "sealed", *where)]
    return billing.forfeit(sealed, forfeit_nano=forfeit_nano, owes_nano=0 if void else forfeit_nano)


def _closed(
    slot: Slot, bids: Sequence[Order], asks: Sequence[Order], trades: Sequence[Trade], *, void: bool
) -> Slot:
    return replace(
        slot,
        status=SlotStatus.VOID if void else SlotStatus.SETTLING,
        demand_wh=slot.demand_wh - sum(bid.terms.energy_wh for bid in bids),
        supply_wh=slot.supply_wh - sum(ask.terms.energy_wh for ask in asks),
        trades=len(trades),
        volume_wh=sum(trade.energy_wh for trade in trades),
        price_nano_per_wh=recent.mean_price((each.price_nano_per_wh, each.energy_wh) for each in trades),
    )


def _postpone(ctx: Context, market: Market, slot: Slot, dues: list[HomeDue]) -> list[HomeDue]:
    """Return what this block settles, and write the rest for the next blocks."""
    for number, waiting in enumerate(_batches(dues[HOMES_PER_BLOCK:]), start=1):
        key = keys.batch(market.market_id, slot.slot_start_s, number)
        ctx.state.put(key, Batch(dues=waiting))
    return dues[:HOMES_PER_BLOCK]


def _batches(dues: Sequence[HomeDue]) -> Iterator[list[HomeDue]]:
    """Cut dues, in their order, into batches within both limits; a home has far fewer orders than a batch."""
    batch: list[HomeDue] = []
    orders = 0
    for due in dues:
        orders += len(due.fills)
        if len(batch) == HOMES_PER_BLOCK or orders > ORDERS_PER_BATCH:
            yield batch
            batch, orders = [], len(due.fills)
        batch.append(due)
    if batch:
        yield batch
