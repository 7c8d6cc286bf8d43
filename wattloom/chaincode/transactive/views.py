"""What may be read: a session by its members (Func C), a home's own part by that home alone."""

from msgspec.structs import replace

from wattloom.chaincode.api import Context, Forbidden, Int64Array, Page
from wattloom.chaincode.transactive import keys, pairwise, updating
from wattloom.chaincode.transactive.messages import (
    BillOf,
    Own,
    PageOf,
    PageOfSessions,
    SessionId,
    SessionLine,
    SessionView,
)
from wattloom.chaincode.transactive.records import (
    Bill,
    Pairs,
    Phase,
    Prices,
    Progress,
    Residual,
    Roster,
    Seat,
    Session,
    Trade,
)
from wattloom.chaincode.transactive.terms import Form


def read_session(ctx: Context, request: SessionId) -> SessionView:
    """Show a session: terms, phase, prices; to a participant also its decision, anchor and proposed trade.

    Raises
    ------
    NotFound : no such session
    """
    session_id = request.session_id
    session = ctx.state.get(keys.session(session_id), Session)
    progress = ctx.state.get(keys.progress(session_id), Progress)
    prices = ctx.state.get(keys.prices(session_id), Prices)
    seat = ctx.state.find(keys.seat(session_id, ctx.caller.party_id), Seat)
    return SessionView(
        session=session,
        progress=progress,
        homes=ctx.state.get(keys.roster(session_id), Roster).homes,
        rho_nano=session.terms.rho_at(max(progress.iteration, 1)),
        mu_pico_per_kwh=prices.mu_pico_per_kwh,
        own=None if seat is None else _own(ctx, session, progress, prices, seat),
    )


def residuals(ctx: Context, request: PageOf) -> Page[Residual]:
    """Show the log of updates, page by page."""
    return ctx.state.page(
        Residual, "residual", request.session_id, limit=request.limit, bookmark=request.bookmark
    )


def read_bill(ctx: Context, request: BillOf) -> Bill:
    """Show a bill to its home, to a coordinator or to an auditor.

    Raises
    ------
    NotFound : no such bill
    """
    if request.party_id != ctx.caller.party_id and ctx.caller.role == "home":
        raise Forbidden(needed="the bill's own home, a coordinator or an auditor")
    return ctx.state.get(keys.bill(request.session_id, request.party_id), Bill)


def list_sessions(ctx: Context, request: PageOfSessions) -> Page[SessionLine]:
    """Show all sessions and where they stand, page by page."""
    page = ctx.state.page(Session, "session", limit=request.limit, bookmark=request.bookmark)
    lines = [
        SessionLine(session=session, progress=ctx.state.get(keys.progress(session.session_id), Progress))
        for session in page.items
    ]
    return Page(items=lines, bookmark=page.bookmark)


def read_trades(ctx: Context, request: PageOf) -> Page[Trade]:
    """Show proposed, then final trades in whole Wh, home by home, to a coordinator or an auditor."""
    return ctx.state.page(Trade, "trade", request.session_id, limit=request.limit, bookmark=request.bookmark)


def _own(ctx: Context, session: Session, progress: Progress, prices: Prices, seat: Seat) -> Own:
    session_id, terms = session.session_id, session.terms
    trade = ctx.state.find(keys.trade(session_id, seat.party_id), Trade)
    own = Own(
        index=seat.index,
        limit_wh=seat.limit_wh,
        collateral_nano=seat.collateral_nano,
        decided=progress.phase is Phase.ITERATING and seat.iteration == progress.iteration,
        trades_nano_kwh=seat.trades,
        anchor_nano_kwh=seat.anchor,
        multipliers_pico_per_kwh=Int64Array(()),
        proposed_wh=None if trade is None else trade.trades_wh,
        standing=None if trade is None else trade.standing,
    )
    if not progress.participants:
        return own
    if terms.form is Form.PAIRWISE:
        return _with_pairs(ctx.state.get(keys.pairs(session_id), Pairs), own, session, progress)
    if own.decided:
        return own
    anchor = updating.next_anchor(seat, prices, terms, homes=progress.participants)
    return replace(own, anchor_nano_kwh=anchor)


def _with_pairs(pairs: Pairs, own: Own, session: Session, progress: Progress) -> Own:
    homes, slots = progress.participants, session.terms.slots
    p_hat, multipliers = pairs.p_hat_nano_kwh.values, pairs.multipliers_pico_per_kwh.values
    return replace(
        own,
        anchor_nano_kwh=Int64Array(pairwise.row_of(p_hat, own.index, homes=homes, slots=slots, mirrored=-1)),
        multipliers_pico_per_kwh=Int64Array(
            pairwise.row_of(multipliers, own.index, homes=homes, slots=slots, mirrored=1)
        ),
    )
