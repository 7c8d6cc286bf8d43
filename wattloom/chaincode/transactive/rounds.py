"""Iterations: homes submit decisions (Func B), the last one or the deadline updates the duals (Func A).

Source: papers 000, Algorithm 1, and 001, section 4.1 and appendix.
"""

from msgspec.structs import replace

from wattloom.chaincode.api import Context
from wattloom.chaincode.transactive import keys, lifecycle, updating
from wattloom.chaincode.transactive.confirming import propose
from wattloom.chaincode.transactive.decisions import check_decision
from wattloom.chaincode.transactive.errors import AlreadySubmitted, ClosedRound, NotAParticipant, Overflow
from wattloom.chaincode.transactive.messages import DualsUpdated, Due, Receipt, RoundLate, SubmitDecision
from wattloom.chaincode.transactive.records import Pairs, Phase, Prices, Progress, Residual, Seat, Session
from wattloom.chaincode.transactive.terms import Form
from wattloom.chaincode.transactive.updating import Step


def submit_decision(ctx: Context, request: SubmitDecision) -> Receipt:
    """Record the caller's decision of the open iteration; the last one updates the duals at once.

    Raises
    ------
    NotAParticipant : the caller has not joined
    WrongPhase, ClosedRound : the session does not iterate, or is at another iteration
    AlreadySubmitted : the iteration has the caller's decision
    WrongShape : not T numbers (pairwise: not (N-1) T)
    BeyondLimit : a trade, or in pairwise form a slot's net trade, passes the registered limit
    Overflow : this last decision would drive the update out of 64 bits
    """
    # READ
    state, session_id, party_id = ctx.state, request.session_id, ctx.caller.party_id
    session = state.get(keys.session(session_id), Session)
    progress = state.get(keys.progress(session_id), Progress)
    seat = state.find(keys.seat(session_id, party_id), Seat)
    # CHECK
    if seat is None:
        raise NotAParticipant(party_id=party_id, session_id=session_id)
    lifecycle.require_phase(progress, Phase.ITERATING)
    if request.iteration != progress.iteration:
        raise ClosedRound(iteration=request.iteration, current=progress.iteration)
    if seat.iteration == progress.iteration:
        raise AlreadySubmitted(iteration=progress.iteration)
    trades, homes = request.trades_nano_kwh, progress.participants
    check_decision(trades.values, session.terms, limit_wh=seat.limit_wh, homes=homes)
    # WRITE
    prices = state.get(keys.prices(session_id), Prices)
    anchor = updating.next_anchor(seat, prices, session.terms, homes=homes)
    decided = replace(seat, iteration=progress.iteration, trades=trades, anchor=anchor)
    progress = replace(progress, present=progress.present + 1)
    state.put(keys.seat(session_id, party_id), decided)
    if progress.present == progress.awaited:
        progress = _close(ctx, session, progress)
    else:
        state.put(keys.progress(session_id), progress)
    return Receipt(session_id=session_id, progress=progress)


def update_duals(ctx: Context, due: Due) -> None:
    """End an iteration at its deadline; a missing home is taken at its last decision, or at zero."""
    found = lifecycle.overdue(ctx, due)
    if found is None:
        return
    try:
        _close(ctx, *found)
    except Overflow:
        lifecycle.void(ctx, *found, reason="overflow")


def _close(ctx: Context, session: Session, progress: Progress) -> Progress:
    """Update the duals (Func A), log the residuals, and open what follows.

    Raises
    ------
    Overflow : a quantity leaves 64 bits; nothing was written
    """
    # READ
    session_id, terms = session.session_id, session.terms
    if lifecycle.delivery_has_begun(ctx, terms.slot_start_s):
        return lifecycle.void(ctx, session, progress, reason="delivery-has-begun")
    seats = lifecycle.seats(ctx, session_id)
    prices = ctx.state.get(keys.prices(session_id), Prices)
    pairs = ctx.state.get(keys.pairs(session_id), Pairs) if terms.form is Form.PAIRWISE else None
    # CHECK
    late = [
        updating.carried_over(seat, prices, terms, homes=len(seats), iteration=progress.iteration)
        for seat in seats
        if seat.iteration < progress.iteration
    ]
    for seat in late:
        seats[seat.index] = seat
    step = updating.update(seats, prices, pairs, terms, rho_nano=terms.rho_at(progress.iteration))
    # WRITE
    missing = [seat.party_id for seat in late]
    if missing:
        ctx.emit("round_late", RoundLate(session_id=session_id, iteration=progress.iteration, late=missing))
    for seat in late:
        ctx.state.put(keys.seat(session_id, seat.party_id), seat)
    ctx.state.put(keys.prices(session_id), step.prices)
    if step.pairs is not None:
        ctx.state.put(keys.pairs(session_id), step.pairs)
    return _go_on(ctx, session, progress, seats=seats, step=step, late=missing)


def _go_on(
    ctx: Context, session: Session, progress: Progress, *, seats: list[Seat], step: Step, late: list[str]
) -> Progress:
    terms, iteration = session.terms, progress.iteration
    converged = step.residuals.within(
        primal_nano_kwh=terms.primal_tolerance_nano_kwh, dual_nano_per_kwh=terms.dual_tolerance_nano_per_kwh
    )
    if converged or iteration == terms.max_iterations or lifecycle.is_time_to_agree(ctx, terms):
        following = propose(ctx, session, replace(progress, converged=converged), seats)
    else:
        following = replace(progress, iteration=iteration + 1, present=0)
        following = lifecycle.open_step(ctx, session.session_id, following, within_s=terms.round_s)
    updated = DualsUpdated(
        session_id=session.session_id,
        iteration=iteration,
        residual=_log(ctx, session, iteration, step, late),
        converged=converged,
        progress=following,
        mu_pico_per_kwh=step.prices.mu_pico_per_kwh,
    )
    ctx.emit("duals_updated", updated)
    return following


def _log(ctx: Context, session: Session, iteration: int, step: Step, late: list[str]) -> Residual:
    residuals = step.residuals
    entry = Residual(
        iteration=iteration,
        rho_nano=session.terms.rho_at(iteration),
        primal_nano_kwh=residuals.primal_nano_kwh,
        primal_squared=str(residuals.primal_squared),
        dual_nano_per_kwh=residuals.dual_nano_per_kwh,
        dual_squared=str(residuals.dual_squared),
        late=late,
        block_time_s=ctx.block_time_s,
    )
    ctx.state.put(keys.residual(session.session_id, iteration), entry)
    return entry
