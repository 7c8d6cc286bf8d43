"""Sealed orders: a hash until the gate closes, then its terms; who does not reveal them loses the forfeit."""

from hashlib import sha256

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import Context
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.auction import engagements, keys, markets, orders, rates, slots
from wattloom.chaincode.auction.errors import NotCovered, NotRevealing, RevealMismatch, WrongForm
from wattloom.chaincode.auction.messages import CommitOrder, Committed, RevealOrder, SealedTerms
from wattloom.chaincode.auction.records import Market, Order, SealedOrder, Sealing


def digest_of(sealed: SealedTerms) -> str:
    """Return the hash that commits to an order: SHA-256 of its canonical JSON, in hexadecimal."""
    return sha256(encode(sealed)).hexdigest()


def commit_order(ctx: Context, request: CommitOrder) -> SealedOrder:
    """Put a sealed order into a slot's book; lock the forfeit, and what its bid may cost.

    Raises
    ------
    NotFound : no such market, the home is not registered, or has no account
    WrongForm : the market takes open orders
    BookClosed, BookFull, TooManyOrders : the slot takes no more, or no more of this home
    NoTariff, NotConnected : the utility has stated no tariff, or not placed the home
    InvalidArgument : no such slot
    InsufficientFunds : the home has less free
    """
    # READ
    market, party_id = markets.read(ctx, request.market_id), ctx.caller.party_id
    slot = slots.read(ctx, market.market_id, request.slot_start_s)
    engagement = engagements.read(ctx, market.market_id, request.slot_start_s, party_id)
    order_id = keys.order_id(ctx.position)
    # CHECK
    sealing = _sealing(market)
    slots.require_taking(ctx, market, request.slot_start_s)
    rates.of_slot(ctx, market, request.slot_start_s)
    markets.connection(ctx, market, party_id)
    markets.caller_limit_wh(ctx, market)
    slot = slots.enter(ctx, market, slot)
    engagement = engagements.add_order(engagement, order_id)
    book.lock(ctx, party_id, request.cover_nano + sealing.forfeit_nano)
    # WRITE
    sealed = SealedOrder(
        order_id=order_id, party_id=party_id, digest=request.digest, cover_nano=request.cover_nano
    )
    slots.write(ctx, market.market_id, slot)
    engagements.write(ctx, market.market_id, request.slot_start_s, party_id, engagement)
    ctx.state.put(keys.sealed(market.market_id, request.slot_start_s, order_id), sealed)
    said = Committed(market_id=market.market_id, slot_start_s=request.slot_start_s, order_id=order_id)
    ctx.emit("order_committed", said)
    return sealed


def reveal_order(ctx: Context, request: RevealOrder) -> Order:
    """Open a sealed order; it keeps its place, and what it cannot cost is unlocked with the forfeit.

    Raises
    ------
    NotFound : no such market, or no such sealed order
    Forbidden : the order is another home's
    WrongForm : the market takes open orders
    NotRevealing : the gate has not closed, or the time to reveal has passed
    RevealMismatch : terms and salt are not those committed to
    NotCovered : the bid can cost more than was locked for it
    PriceOutOfBounds, BeyondCapacity, OtherSide, InvalidArgument : as in `place_order`
    """
    # READ
    market, party_id = markets.read(ctx, request.market_id), ctx.caller.party_id
    key = keys.sealed(request.market_id, request.slot_start_s, request.order_id)
    sealing = _sealing(market)
    sealed = ctx.state.get(key, SealedOrder)
    slot = slots.read(ctx, market.market_id, request.slot_start_s)
    engagement = engagements.read(ctx, market.market_id, request.slot_start_s, party_id)
    # CHECK
    orders.require_own(ctx, sealed.party_id)
    _require_revealing(ctx, market, request.slot_start_s)
    _check_digest(sealed, request)
    order = orders.make(ctx, market, request.slot_start_s, sealed.order_id, request.terms)
    engagement = orders.engage(ctx, market, engagement, request.terms)
    # WRITE
    unneeded_nano = sealed.cover_nano - request.terms.cost_nano
    book.unlock(ctx, party_id, unneeded_nano + sealing.forfeit_nano)
    ctx.state.delete(key)
    slot = slots.wanted(slot, request.terms.side, request.terms.energy_wh)
    slots.write(ctx, market.market_id, slot)
    engagements.write(ctx, market.market_id, request.slot_start_s, party_id, engagement)
    orders.put(ctx, market, request.slot_start_s, order)
    return order


def _sealing(market: Market) -> Sealing:
    if market.sealing is None:
        raise WrongForm(needed="open")
    return market.sealing


def _require_revealing(ctx: Context, market: Market, slot_start_s: int) -> None:
    from_s, until_s = market.closes_s(slot_start_s), market.clears_s(slot_start_s)
    if not from_s < ctx.block_time_s <= until_s:
        raise NotRevealing(from_s=from_s, until_s=until_s, block_time_s=ctx.block_time_s)


def _check_digest(sealed: SealedOrder, request: RevealOrder) -> None:
    said = SealedTerms(
        market_id=request.market_id,
        slot_start_s=request.slot_start_s,
        party_id=sealed.party_id,
        terms=request.terms,
        salt=request.salt,
    )
    if digest_of(said) != sealed.digest:
        raise RevealMismatch(digest=sealed.digest)
    if request.terms.cost_nano > sealed.cover_nano:
        raise NotCovered(needed_nano=request.terms.cost_nano, cover_nano=sealed.cover_nano)
