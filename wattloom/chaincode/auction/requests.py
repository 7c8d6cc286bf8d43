"""Requests: a home asks for energy, neighbours offer until the timeout, the grid supplies the rest."""

from msgspec.structs import replace

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import Context
from wattloom.chaincode.auction import closing, engagements, keys, markets, rates, slots
from wattloom.chaincode.auction.errors import BiddingClosed, BookFull, OwnRequest, TooLateToBid
from wattloom.chaincode.auction.messages import (
    OfferCount,
    OfferId,
    PlaceOffer,
    RequestEnergy,
    RequestId,
    RequestLine,
)
from wattloom.chaincode.auction.orders import require_own
from wattloom.chaincode.auction.records import Connection, Market, Offer, Request, RequestStatus, Side
from wattloom.chaincode.auction.units import MAX_OFFERS
from wattloom.chaincode.governance.parameters import market_rules


def request_energy(ctx: Context, request: RequestEnergy) -> Request:
    """Ask for energy; lock what the grid charges for it, which is the most that it can cost.

    Without bidding the grid supplies and is paid at once. With it the ledger closes the request by itself.
    Source: the CE-SDT paper, section 2, steps 1 to 4.

    Raises
    ------
    NotFound : no such market, the home is not registered, or has no account
    TooLateToBid : the interval begins before its offers can be awaited, or within the market's gate closure
    InvalidArgument, NoTariff : see `rates.over`
    NotConnected : the utility has not placed the home
    PriceOutOfBounds : the maximum is below the feed-in tariff or above the grid's
    BeyondCapacity : more than the home may promise
    InsufficientFunds : the home has less free than the grid charges
    """
    # READ
    market, party_id = markets.read(ctx, request.market_id), ctx.caller.party_id
    slot_start_s = slots.start_of(market, request.start_s)
    engagement = engagements.read(ctx, market.market_id, slot_start_s, party_id)
    limit_wh = markets.caller_limit_wh(ctx, market)
    connection = markets.connection(ctx, market, party_id)
    # CHECK
    _require_time(ctx, request)
    asked = _asked(ctx, market, request, connection)
    engagement = engagements.promise(engagement, Side.BUY, asked.need_wh, limit_wh=limit_wh)
    book.lock(ctx, party_id, asked.need_wh * asked.grid_nano_per_wh)
    # WRITE
    engagements.write(ctx, market.market_id, slot_start_s, party_id, engagement)
    if not request.bidding:
        return closing.settle(ctx, market, asked, [])
    slot = slots.read(ctx, market.market_id, slot_start_s)
    slots.write(ctx, market.market_id, slots.wanted(slot, Side.BUY, asked.need_wh))
    ctx.state.put(keys.request(market.market_id, slot_start_s, asked.request_id), asked)
    meant = RequestId(market_id=market.market_id, slot_start_s=slot_start_s, request_id=asked.request_id)
    ctx.schedule(asked.until_s, "close_request", meant)
    _announce(ctx, line_of(market.market_id, asked))
    return asked


def place_offer(ctx: Context, request: PlaceOffer) -> Offer:
    """Offer energy to a request until its timeout.

    Raises
    ------
    NotFound : no such request, the home is not registered, or has no account
    OwnRequest : the request is the caller's
    BiddingClosed, BookFull : the request takes no more offers
    PriceOutOfBounds : below the feed-in tariff, or above the buyer's maximum less the grid's fee
    BeyondCapacity : more than the home may promise
    """
    # READ
    market, party_id = markets.read(ctx, request.market_id), ctx.caller.party_id
    key = keys.request(request.market_id, request.slot_start_s, request.request_id)
    asked = ctx.state.get(key, Request)
    engagement = engagements.read(ctx, request.market_id, request.slot_start_s, party_id)
    limit_wh = markets.caller_limit_wh(ctx, market)
    slot = slots.read(ctx, request.market_id, request.slot_start_s)
    # CHECK
    if asked.party_id == party_id:
        raise OwnRequest(request_id=asked.request_id)
    _require_open(ctx, asked)
    if asked.offers >= MAX_OFFERS:
        raise BookFull(limit=MAX_OFFERS)
    rates.check_between(
        request.price_nano_per_wh,
        lowest=asked.feed_in_nano_per_wh,
        highest=asked.max_price_nano_per_wh - asked.fee_nano_per_wh,
    )
    engagement = engagements.promise(engagement, Side.SELL, request.energy_wh, limit_wh=limit_wh)
    book.free_nano(ctx, party_id)
    # WRITE
    offer = Offer(
        offer_id=keys.order_id(ctx.position),
        party_id=party_id,
        energy_wh=request.energy_wh,
        price_nano_per_wh=request.price_nano_per_wh,
    )
    ctx.state.put(keys.offer(request.market_id, asked.request_id, offer.offer_id), offer)
    slots.write(ctx, request.market_id, slots.wanted(slot, Side.SELL, offer.energy_wh))
    engagements.write(ctx, request.market_id, request.slot_start_s, party_id, engagement)
    _count(ctx, request.market_id, asked, offers=asked.offers + 1)
    return offer


def withdraw_offer(ctx: Context, request: OfferId) -> None:
    """Take an offer back before the timeout.

    Raises
    ------
    NotFound : no such request or offer
    Forbidden : the offer is another home's
    BiddingClosed : the request takes no more offers
    """
    # READ
    key = keys.request(request.market_id, request.slot_start_s, request.request_id)
    asked = ctx.state.get(key, Request)
    offer_key = keys.offer(request.market_id, request.request_id, request.offer_id)
    offer = ctx.state.get(offer_key, Offer)
    slot = slots.read(ctx, request.market_id, request.slot_start_s)
    # CHECK
    require_own(ctx, offer.party_id)
    _require_open(ctx, asked)
    # WRITE
    ctx.state.delete(offer_key)
    slots.write(ctx, request.market_id, slots.wanted(slot, Side.SELL, -offer.energy_wh))
    engagements.release_at(
        ctx, request.market_id, asked.slot_start_s, offer.party_id, Side.SELL, offer.energy_wh
    )
    _count(ctx, request.market_id, asked, offers=asked.offers - 1)


def line_of(market_id: str, asked: Request) -> RequestLine:
    """Return what neighbours may know of a request."""
    return RequestLine(
        market_id=market_id,
        slot_start_s=asked.slot_start_s,
        request_id=asked.request_id,
        start_s=asked.start_s,
        duration_s=asked.duration_s,
        need_wh=asked.need_wh,
        zone=asked.zone,
        lowest_nano_per_wh=asked.feed_in_nano_per_wh,
        highest_nano_per_wh=asked.max_price_nano_per_wh - asked.fee_nano_per_wh,
        until_s=asked.until_s,
        status=asked.status,
    )


def _require_time(ctx: Context, request: RequestEnergy) -> None:
    waiting_s = max(request.offers_s if request.bidding else 0, market_rules(ctx).gate_closure_s)
    earliest_s = ctx.block_time_s + waiting_s + 1
    if request.start_s < earliest_s:
        raise TooLateToBid(start_s=request.start_s, earliest_s=earliest_s)


def _asked(ctx: Context, market: Market, request: RequestEnergy, connection: Connection) -> Request:
    prices = rates.over(ctx, market, request.start_s, request.duration_s)
    highest = prices.grid if request.max_price_nano_per_wh is None else request.max_price_nano_per_wh
    prices.check(highest)
    return Request(
        request_id=keys.order_id(ctx.position),
        party_id=ctx.caller.party_id,
        slot_start_s=slots.start_of(market, request.start_s),
        start_s=request.start_s,
        duration_s=request.duration_s,
        need_wh=request.need_wh,
        max_price_nano_per_wh=highest,
        grid_nano_per_wh=prices.grid,
        feed_in_nano_per_wh=prices.feed_in,
        fee_nano_per_wh=market.fee_of(connection.zone),
        zone=connection.zone,
        until_s=ctx.block_time_s + (request.offers_s if request.bidding else 0),
    )


def _announce(ctx: Context, line: RequestLine) -> None:
    ctx.emit("energy_requested", line)


def _require_open(ctx: Context, asked: Request) -> None:
    if asked.status is not RequestStatus.BIDDING or ctx.block_time_s > asked.until_s:
        raise BiddingClosed(until_s=asked.until_s, block_time_s=ctx.block_time_s)


def _count(ctx: Context, market_id: str, asked: Request, *, offers: int) -> None:
    key = keys.request(market_id, asked.slot_start_s, asked.request_id)
    ctx.state.put(key, replace(asked, offers=offers))
    ctx.emit("offers_counted", OfferCount(market_id=market_id, request_id=asked.request_id, offers=offers))
