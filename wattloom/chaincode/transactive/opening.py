"""Opening and joining: a coordinator invites, each home consents with its collateral, the session starts."""

from itertools import pairwise

from msgspec.structs import replace

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import AlreadyExists, Context, Int64Array, InvalidArgument
from wattloom.chaincode.governance.parameters import market_rules
from wattloom.chaincode.registry import keys as registry_keys
from wattloom.chaincode.registry.records import Home
from wattloom.chaincode.transactive import keys, lifecycle, terms
from wattloom.chaincode.transactive.decisions import check_start
from wattloom.chaincode.transactive.errors import AlreadyJoined, NotAParticipant, PriceCapTooHigh
from wattloom.chaincode.transactive.messages import Due, Join, Opened, OpenSession, Receipt, Started
from wattloom.chaincode.transactive.records import Pairs, Phase, Prices, Progress, Roster, Seat, Session
from wattloom.chaincode.transactive.terms import MIN_HOMES, Form


def open_session(ctx: Context, request: OpenSession) -> Receipt:
    """Open a session and invite its homes; nothing after this needs the coordinator.

    Raises
    ------
    AlreadyExists : the id is taken
    GateClosed : delivery has begun, or begins before the market's gate closure has passed
    PriceCapTooHigh : the price cap passes the market's highest
    InvalidArgument, TooManyNumbers, WrongShape : the homes or the terms do not fit
    NotFound : a home is not registered
    """
    # READ
    session_id, agreed = request.session_id, request.terms
    market = market_rules(ctx)
    # CHECK
    if ctx.state.exists(keys.session(session_id)):
        raise AlreadyExists(key=f"transactive:{keys.session(session_id)}")
    if any(former >= latter for former, latter in pairwise(request.homes)):
        raise InvalidArgument(reason="homes must be sorted, each once")
    lifecycle.require_before_delivery(ctx, agreed.slot_start_s, gate_closure_s=market.gate_closure_s)
    if agreed.price_cap_nano_per_wh > market.highest_price_cap_nano_per_wh:
        raise PriceCapTooHigh(highest_nano_per_wh=market.highest_price_cap_nano_per_wh)
    terms.check(agreed, homes=len(request.homes))
    for party_id in request.homes:
        _registered(ctx, party_id)
    # WRITE
    session = Session(session_id=session_id, coordinator=ctx.caller.party_id, terms=agreed)
    prices = Prices(
        mu_pico_per_kwh=Int64Array(agreed.start_prices()), pooled_nano_kwh=Int64Array.zeros(agreed.slots)
    )
    ctx.state.put(keys.session(session_id), session)
    ctx.state.put(keys.roster(session_id), Roster(homes=request.homes))
    ctx.state.put(keys.prices(session_id), prices)
    awaiting = Progress(phase=Phase.JOINING, awaited=len(request.homes))
    progress = lifecycle.open_step(ctx, session_id, awaiting, within_s=agreed.join_s)
    opened = Opened(session_id=session_id, homes=request.homes, deadline_s=progress.deadline_s)
    ctx.emit("opened", opened)
    return Receipt(session_id=session_id, progress=progress)


def join(ctx: Context, request: Join) -> Receipt:
    """Take part: lock the most that the caller's trades can cost; the last invited home starts the session.

    Starting trades, such as a plan made off the ledger, count as the caller's decision before its first.

    Raises
    ------
    WrongPhase : joining is over
    NotAParticipant : not invited
    AlreadyJoined : joined before
    InvalidArgument : the registered limit passes what sessions take
    WrongShape, BeyondLimit : starting trades are not T (pairwise: not none), or pass the registered limit
    NotFound, InsufficientFunds : no account, or not enough free money for the collateral
    """
    # READ
    session_id, party_id = request.session_id, ctx.caller.party_id
    session = ctx.state.get(keys.session(session_id), Session)
    progress = ctx.state.get(keys.progress(session_id), Progress)
    # CHECK
    lifecycle.require_phase(progress, Phase.JOINING)
    if party_id not in ctx.state.get(keys.roster(session_id), Roster).homes:
        raise NotAParticipant(party_id=party_id, session_id=session_id)
    if ctx.state.exists(keys.seat(session_id, party_id)):
        raise AlreadyJoined(session_id=session_id)
    seat = _seat(ctx, session.terms, request.start_nano_kwh)
    book.lock(ctx, party_id, seat.collateral_nano)
    # WRITE
    progress = replace(progress, present=progress.present + 1)
    ctx.state.put(keys.seat(session_id, party_id), seat)
    ctx.state.put(keys.progress(session_id), progress)
    if progress.present == progress.awaited:
        progress = _start(ctx, session, progress)
    return Receipt(session_id=session_id, progress=progress)


def start(ctx: Context, due: Due) -> None:
    """End joining at its deadline: the session starts with the homes that have joined, if there are two."""
    found = lifecycle.overdue(ctx, due)
    if found is not None:
        _start(ctx, *found)


def _registered(ctx: Context, party_id: str) -> Home:
    return ctx.within("registry").state.get(registry_keys.home(party_id), Home)


def _seat(ctx: Context, agreed: terms.Terms, start: Int64Array) -> Seat:
    limit_wh = _registered(ctx, ctx.caller.party_id).limit_wh
    if limit_wh > terms.MAX_LIMIT_WH:
        raise InvalidArgument(
            reason=f"the home's limit_wh is {limit_wh}, a session takes {terms.MAX_LIMIT_WH}"
        )
    check_start(start.values, agreed, limit_wh=limit_wh)
    return Seat(
        party_id=ctx.caller.party_id,
        limit_wh=limit_wh,
        collateral_nano=agreed.collateral_nano(limit_wh),
        trades=start,
    )


def _start(ctx: Context, session: Session, progress: Progress) -> Progress:
    session_id, agreed = session.session_id, session.terms
    if lifecycle.delivery_has_begun(ctx, agreed.slot_start_s):
        return lifecycle.void(ctx, session, progress, reason="delivery-has-begun")
    seats = lifecycle.seats(ctx, session_id)
    if len(seats) < MIN_HOMES:
        return lifecycle.void(ctx, session, progress, reason="too-few-homes")
    _seat_everybody(ctx, session, seats)
    homes = [seat.party_id for seat in seats]
    ctx.state.put(keys.roster(session_id), Roster(homes=homes))
    first = Progress(phase=Phase.ITERATING, awaited=len(homes), participants=len(homes), iteration=1)
    progress = lifecycle.open_step(ctx, session_id, first, within_s=agreed.round_s)
    ctx.emit("started", Started(session_id=session_id, homes=homes, deadline_s=progress.deadline_s))
    return progress


def _seat_everybody(ctx: Context, session: Session, seats: list[Seat]) -> None:
    """Give every seat its index and what counts as its decision before the first iteration."""
    session_id, slots, partners = session.session_id, session.terms.slots, len(seats) - 1
    exchange = session.terms.form is Form.EXCHANGE
    zero = Int64Array.zeros(slots if exchange else partners * slots)
    starts = [seat.trades if len(seat.trades) else zero for seat in seats]
    for index, (seat, start) in enumerate(zip(seats, starts, strict=True)):
        seated = replace(seat, index=index, trades=start, anchor=start if exchange else Int64Array(()))
        ctx.state.put(keys.seat(session_id, seat.party_id), seated)
    if exchange:
        prices = ctx.state.get(keys.prices(session_id), Prices)
        pooled = Int64Array(map(sum, zip(*starts, strict=True)))
        ctx.state.put(keys.prices(session_id), replace(prices, pooled_nano_kwh=pooled))
    else:
        zeros = Int64Array.zeros(len(seats) * partners // 2 * slots)
        ctx.state.put(keys.pairs(session_id), Pairs(p_hat_nano_kwh=zeros, multipliers_pico_per_kwh=zeros))
