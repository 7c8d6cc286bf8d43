"""Open orders: placed, amended and cancelled until the gate closes."""

from msgspec.structs import replace

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import Context, Forbidden, InvalidArgument
from wattloom.chaincode.auction import engagements, keys, markets, rates, slots
from wattloom.chaincode.auction.errors import WrongForm
from wattloom.chaincode.auction.messages import AmendOrder, OrderGone, OrderOf, PlaceOrder, Quoted
from wattloom.chaincode.auction.records import Engagement, Market, Order, OrderTerms, SealedOrder, Side


def place_order(ctx: Context, request: PlaceOrder) -> Order:
    """Put an order into a slot's book, and lock the most that it can cost.

    Raises
    ------
    NotFound : no such market, the home is not registered, or has no account
    BookClosed, BookFull, TooManyOrders : the slot takes no more, or no more of this home
    WrongForm : the market takes sealed orders
    NoTariff, NotConnected : the utility has stated no tariff, or not placed the home
    PriceOutOfBounds : below the feed-in tariff or above the grid's
    BeyondCapacity, OtherSide : more than the home may promise, or it trades on the other side
    InvalidArgument : no such slot, or wishes that no order of its side has
    InsufficientFunds : the home has less free than the bid can cost
    """
    # READ
    market, party_id = markets.read(ctx, request.market_id), ctx.caller.party_id
    slot = slots.read(ctx, market.market_id, request.slot_start_s)
    engagement = engagements.read(ctx, market.market_id, request.slot_start_s, party_id)
    order_id = keys.order_id(ctx.position)
    # CHECK
    if market.sealing is not None:
        raise WrongForm(needed="sealed")
    slots.require_taking(ctx, market, request.slot_start_s)
    slot = slots.enter(ctx, market, slot)
    engagement = engagements.add_order(engagement, order_id)
    order = make(ctx, market, request.slot_start_s, order_id, request.terms)
    engagement = engage(ctx, market, engagement, request.terms)
    book.lock(ctx, party_id, request.terms.cost_nano)
    # WRITE
    slot = slots.wanted(slot, request.terms.side, request.terms.energy_wh)
    slots.write(ctx, market.market_id, slot)
    engagements.write(ctx, market.market_id, request.slot_start_s, party_id, engagement)
    put(ctx, market, request.slot_start_s, order)
    return order


def amend_order(ctx: Context, request: AmendOrder) -> Order:
    """Change an order's energy and price; it then stands behind its equals.

    Raises
    ------
    NotFound : no such market or order
    Forbidden : the order is another home's
    BookClosed : the slot takes no orders any more
    PriceOutOfBounds, BeyondCapacity, InsufficientFunds : as in `place_order`
    """
    # READ
    market, party_id = markets.read(ctx, request.market_id), ctx.caller.party_id
    before = ctx.state.get(keys.order(request.market_id, request.slot_start_s, request.order_id), Order)
    slot = slots.read(ctx, market.market_id, request.slot_start_s)
    engagement = engagements.read(ctx, market.market_id, request.slot_start_s, party_id)
    terms = replace(before.terms, energy_wh=request.energy_wh, price_nano_per_wh=request.price_nano_per_wh)
    # CHECK
    require_own(ctx, before.party_id)
    slots.require_taking(ctx, market, request.slot_start_s)
    rates.of_slot(ctx, market, request.slot_start_s).check(terms.price_nano_per_wh)
    engagement = engagements.release(engagement, terms.side, before.terms.energy_wh)
    engagement = engage(ctx, market, engagement, terms)
    book.unlock(ctx, party_id, before.terms.cost_nano)
    book.lock(ctx, party_id, terms.cost_nano)
    # WRITE
    order = replace(before, terms=terms, position=keys.order_id(ctx.position))
    slot = slots.wanted(slot, terms.side, terms.energy_wh - before.terms.energy_wh)
    slots.write(ctx, market.market_id, slot)
    engagements.write(ctx, market.market_id, request.slot_start_s, party_id, engagement)
    put(ctx, market, request.slot_start_s, order)
    return order


def cancel_order(ctx: Context, request: OrderOf) -> None:
    """Take an order, open or sealed, out of a slot's book, and unlock what was locked for it.

    Raises
    ------
    NotFound : no such market or order
    Forbidden : the order is another home's
    BookClosed : the slot takes no orders any more
    """
    # READ
    market, party_id = markets.read(ctx, request.market_id), ctx.caller.party_id
    slot = slots.read(ctx, market.market_id, request.slot_start_s)
    engagement = engagements.read(ctx, market.market_id, request.slot_start_s, party_id)
    key, sealed = keys.sealed(request.market_id, request.slot_start_s, request.order_id), None
    if market.sealing is not None:
        sealed = ctx.state.find(key, SealedOrder)
    # CHECK
    slots.require_taking(ctx, market, request.slot_start_s)
    if sealed is not None and market.sealing is not None:
        require_own(ctx, sealed.party_id)
        unlock_nano = sealed.cover_nano + market.sealing.forfeit_nano
    else:
        key = keys.order(request.market_id, request.slot_start_s, request.order_id)
        order = ctx.state.get(key, Order)
        require_own(ctx, order.party_id)
        unlock_nano, terms = order.terms.cost_nano, order.terms
        slot = slots.wanted(slot, terms.side, -terms.energy_wh)
        engagement = engagements.release(engagement, terms.side, terms.energy_wh)
    # WRITE
    ctx.state.delete(key)
    book.unlock(ctx, party_id, unlock_nano)
    slots.write(ctx, market.market_id, replace(slot, orders=slot.orders - 1))
    engagement = engagements.drop_order(engagement, request.order_id)
    engagements.write(ctx, market.market_id, request.slot_start_s, party_id, engagement)
    gone = OrderGone(
        market_id=request.market_id, slot_start_s=request.slot_start_s, order_id=request.order_id
    )
    ctx.emit("order_cancelled", gone)


def make(ctx: Context, market: Market, slot_start_s: int, order_id: str, terms: OrderTerms) -> Order:
    """Return an order of the caller with what the market knows of it; raise what `place_order` says."""
    rates.of_slot(ctx, market, slot_start_s).check(terms.price_nano_per_wh)
    if terms.partner == ctx.caller.party_id:
        raise InvalidArgument(reason="partner is the caller, name another party")
    if terms.green_only and terms.side is Side.SELL:
        raise InvalidArgument(reason="green_only is for bids; whether an ask is green its utility says")
    connection = markets.connection(ctx, market, ctx.caller.party_id)
    return Order(
        order_id=order_id,
        party_id=ctx.caller.party_id,
        terms=terms,
        position=order_id,
        connection=connection,
        fee_nano_per_wh=market.fee_of(connection.zone) if terms.side is Side.BUY else 0,
    )


def engage(ctx: Context, market: Market, before: Engagement, terms: OrderTerms) -> Engagement:
    """Return the caller's engagement with an order's energy; raise `OtherSide` or `BeyondCapacity`."""
    limit_wh = markets.caller_limit_wh(ctx, market)
    taken = engagements.take_side(before, terms.side)
    return engagements.promise(taken, terms.side, terms.energy_wh, limit_wh=limit_wh)


def put(ctx: Context, market: Market, slot_start_s: int, order: Order) -> None:
    """Write an order and say so, without its home."""
    ctx.state.put(keys.order(market.market_id, slot_start_s, order.order_id), order)
    said = Quoted(
        market_id=market.market_id,
        slot_start_s=slot_start_s,
        order_id=order.order_id,
        side=order.terms.side,
        energy_wh=order.terms.energy_wh,
        price_nano_per_wh=order.terms.price_nano_per_wh,
    )
    ctx.emit("order_quoted", said)


def require_own(ctx: Context, party_id: str) -> None:
    """Raise `Forbidden` unless the caller is the party."""
    if ctx.caller.party_id != party_id:
        raise Forbidden(needed="the home whose it is")
