"""What may be read: markets and slots by every member, a home's own orders, offers and requests by itself.

A market's utility, which is the other side of all money, and auditors see whose everything is.
"""

from wattloom.chaincode.api import Context, Page
from wattloom.chaincode.api import keys as api_keys
from wattloom.chaincode.auction import engagements, keys, markets, slots
from wattloom.chaincode.auction.messages import (
    EngagementOf,
    MarketOf,
    OfferId,
    OrderOf,
    OrderView,
    PageOfMarkets,
    PageOfOffers,
    PageOfSlot,
    RequestId,
    RequestLine,
    SlotOf,
)
from wattloom.chaincode.auction.records import (
    Engagement,
    Market,
    Offer,
    Order,
    Request,
    SealedOrder,
    Slot,
    Tariff,
)
from wattloom.chaincode.auction.requests import line_of


def read_market(ctx: Context, request: MarketOf) -> Market:
    """Show a market.

    Raises
    ------
    NotFound : no such market
    """
    return markets.read(ctx, request.market_id)


def list_markets(ctx: Context, request: PageOfMarkets) -> Page[Market]:
    """Show all markets, page by page."""
    return ctx.state.page(Market, "market", limit=request.limit, bookmark=request.bookmark)


def read_tariff(ctx: Context, request: SlotOf) -> Tariff:
    """Show what the grid charges and pays on the day (UTC) of a slot.

    Raises
    ------
    NotFound : the utility has not stated it
    """
    return ctx.state.get(keys.tariff(request.market_id, request.slot_start_s), Tariff)


def read_slot(ctx: Context, request: SlotOf) -> Slot:
    """Show what is wanted and offered in a slot, and what its book came to."""
    return slots.read(ctx, request.market_id, request.slot_start_s)


def read_engagement(ctx: Context, request: EngagementOf) -> Engagement:
    """Show a home's orders and promises in a slot to itself, to the market's utility or to an auditor.

    Raises
    ------
    NotFound : no such market
    """
    _require_concerned(ctx, request.market_id, request.party_id)
    return engagements.read(ctx, request.market_id, request.slot_start_s, request.party_id)


def read_order(ctx: Context, request: OrderOf) -> OrderView:
    """Show an order, and what became of it, to its home, to the market's utility or to an auditor.

    Raises
    ------
    NotFound : no such market or order
    """
    where = (request.market_id, request.slot_start_s)
    sealed = ctx.state.find(keys.sealed(*where, request.order_id), SealedOrder)
    order = None if sealed is not None else ctx.state.get(keys.order(*where, request.order_id), Order)
    owner = next(each.party_id for each in (order, sealed) if each is not None)
    _require_concerned(ctx, request.market_id, owner)
    held = engagements.read(ctx, *where, owner)
    fill = next((fill for fill in held.fills if fill.order_id == request.order_id), None)
    return OrderView(order=order, sealed=sealed, fill=fill)


def list_orders(ctx: Context, request: PageOfSlot) -> Page[Order]:
    """Show a slot's orders, page by page, to the market's utility or to an auditor."""
    _require_overseer(ctx, request.market_id)
    start = api_keys.number(request.slot_start_s)
    return ctx.state.page(
        Order, "order", request.market_id, start, limit=request.limit, bookmark=request.bookmark
    )


def read_request(ctx: Context, request: RequestId) -> Request:
    """Show a request to its home, to the market's utility or to an auditor.

    Raises
    ------
    NotFound : no such request
    """
    asked = ctx.state.get(keys.request(request.market_id, request.slot_start_s, request.request_id), Request)
    _require_concerned(ctx, request.market_id, asked.party_id)
    return asked


def list_requests(ctx: Context, request: PageOfSlot) -> Page[RequestLine]:
    """Show a slot's requests, page by page, without whose they are."""
    start = api_keys.number(request.slot_start_s)
    page = ctx.state.page(
        Request, "request", request.market_id, start, limit=request.limit, bookmark=request.bookmark
    )
    lines = [line_of(request.market_id, asked) for asked in page.items]
    return Page(items=lines, bookmark=page.bookmark)


def read_offer(ctx: Context, request: OfferId) -> Offer:
    """Show an offer, and what it sold, to its home, to the market's utility or to an auditor.

    Raises
    ------
    NotFound : no such offer
    """
    offer = ctx.state.get(keys.offer(request.market_id, request.request_id, request.offer_id), Offer)
    _require_concerned(ctx, request.market_id, offer.party_id)
    return offer


def list_offers(ctx: Context, request: PageOfOffers) -> Page[Offer]:
    """Show a request's offers, page by page, to the market's utility or to an auditor."""
    _require_overseer(ctx, request.market_id)
    return ctx.state.page(
        Offer, "offer", request.market_id, request.request_id, limit=request.limit, bookmark=request.bookmark
    )


def _require_concerned(ctx: Context, market_id: str, party_id: str) -> None:
    if ctx.caller.party_id != party_id:
        _require_overseer(ctx, market_id)


def _require_overseer(ctx: Context, market_id: str) -> None:
    if ctx.caller.party_id != markets.read(ctx, market_id).utility:
        ctx.require_role("auditor")
