"""Closing a request: the cheapest offers are taken, the grid supplies the rest, everybody is paid."""

from collections.abc import Sequence

from msgspec.structs import replace

from wattloom.chaincode.accounts import book, house
from wattloom.chaincode.api import Context
from wattloom.chaincode.auction import budget, engagements, keys, markets, recent, slots
from wattloom.chaincode.auction.matching import Quote, accept
from wattloom.chaincode.auction.messages import RequestClosed, RequestId
from wattloom.chaincode.auction.records import Market, Offer, Request, RequestStatus, Side
from wattloom.chaincode.metering import traded


def close_request(ctx: Context, due: RequestId) -> None:
    """End the bidding at its timeout; once delivery has begun nothing is traded any more.

    What is too much for this block waits for the next.
    """
    market = markets.read(ctx, due.market_id)
    asked = ctx.state.get(keys.request(due.market_id, due.slot_start_s, due.request_id), Request)
    if not budget.take(ctx, 1 + asked.offers * budget.OFFER_WORK):
        ctx.schedule(ctx.block_time_s, "close_request", due)
        return
    offers = [offer for _, offer in ctx.state.range(Offer, "offer", due.market_id, due.request_id)]
    slot = slots.wanted(slots.read(ctx, due.market_id, due.slot_start_s), Side.BUY, -asked.need_wh)
    slot = slots.wanted(slot, Side.SELL, -sum(offer.energy_wh for offer in offers))
    slots.write(ctx, due.market_id, slot)
    if ctx.block_time_s >= asked.start_s:
        _void(ctx, market, asked, offers)
    else:
        settle(ctx, market, asked, offers)


def settle(ctx: Context, market: Market, asked: Request, offers: Sequence[Offer]) -> Request:
    """Bill a request: cheapest offers first, the remainder at the grid's price, fees to the utility.

    Source: the CE-SDT paper, section 2, steps 7 to 9.
    """
    quotes = [Quote(offer.price_nano_per_wh, offer.energy_wh, offer.offer_id) for offer in offers]
    taken = accept(asked.need_wh, quotes)
    sold = [
        replace(offer, accepted_wh=wh, amount_nano=wh * offer.price_nano_per_wh)
        for offer, wh in zip(offers, taken, strict=True)
    ]
    neighbours_wh = sum(taken)
    grid_wh = asked.need_wh - neighbours_wh
    paid_nano = sum(offer.amount_nano for offer in sold) + neighbours_wh * asked.fee_nano_per_wh
    closed = replace(
        asked,
        status=RequestStatus.SETTLED,
        neighbours_wh=neighbours_wh,
        grid_wh=grid_wh,
        amount_nano=paid_nano + grid_wh * asked.grid_nano_per_wh,
    )
    _move_money(ctx, market, closed, sold)
    _tell_metering(ctx, closed, sold)
    recent.remember(
        ctx,
        market.market_id,
        [(each.price_nano_per_wh, each.accepted_wh) for each in sold if each.accepted_wh],
    )
    _close(ctx, market, closed, sold)
    return closed


def _void(ctx: Context, market: Market, asked: Request, offers: Sequence[Offer]) -> None:
    book.unlock(ctx, asked.party_id, asked.need_wh * asked.grid_nano_per_wh)
    engagements.release_at(ctx, market.market_id, asked.slot_start_s, asked.party_id, Side.BUY, asked.need_wh)
    _close(ctx, market, replace(asked, status=RequestStatus.VOID), offers)


def _move_money(ctx: Context, market: Market, closed: Request, sold: Sequence[Offer]) -> None:
    """Let the buyer pay the utility, and the utility the sellers."""
    locked_nano = closed.need_wh * closed.grid_nano_per_wh
    dues = [house.Due(closed.party_id, unlock_nano=locked_nano, owes_nano=closed.amount_nano)]
    dues += [
        house.Due(offer.party_id, unlock_nano=0, owes_nano=-offer.amount_nano)
        for offer in sold
        if offer.accepted_wh
    ]
    left_nano = house.settle(ctx, dues, house=market.utility)
    book.unlock(ctx, market.utility, left_nano)


def _tell_metering(ctx: Context, closed: Request, sold: Sequence[Offer]) -> None:
    flows = [(closed.party_id, closed.need_wh)]
    flows += [(offer.party_id, -offer.accepted_wh) for offer in sold if offer.accepted_wh]
    for party_id, energy_wh in flows:
        traded.record(
            ctx, party_id, slot_start_s=closed.start_s, slot_s=closed.duration_s, trades_wh=[energy_wh]
        )


def _close(ctx: Context, market: Market, closed: Request, offers: Sequence[Offer]) -> None:
    """Write what a request and its offers came to, and release what was offered in vain."""
    market_id, slot_start_s = market.market_id, closed.slot_start_s
    ctx.state.put(keys.request(market_id, slot_start_s, closed.request_id), closed)
    for offer in offers:
        ctx.state.put(keys.offer(market_id, closed.request_id, offer.offer_id), offer)
        unsold_wh = offer.energy_wh - offer.accepted_wh
        if unsold_wh:
            engagements.release_at(ctx, market_id, slot_start_s, offer.party_id, Side.SELL, unsold_wh)
    said = RequestClosed(
        market_id=market_id,
        slot_start_s=slot_start_s,
        request_id=closed.request_id,
        status=closed.status,
        neighbours_wh=closed.neighbours_wh,
        grid_wh=closed.grid_wh,
    )
    ctx.emit("request_closed", said)
