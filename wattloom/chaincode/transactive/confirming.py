"""Agreement on whole watt-hours: homes confirm repaired trades, keep their own decision, or withdraw."""

from msgspec.structs import replace

from wattloom.chaincode.api import Context, InvalidArgument
from wattloom.chaincode.transactive import keys, lifecycle, proposals
from wattloom.chaincode.transactive.errors import ClosedProposal, NotAParticipant, NotAwaited, SavingTooLarge
from wattloom.chaincode.transactive.messages import Confirm, Due, Proposed, Receipt
from wattloom.chaincode.transactive.records import Phase, Progress, Seat, Session, Standing, Trade
from wattloom.chaincode.transactive.settlement import settle


def propose(ctx: Context, session: Session, progress: Progress, seats: list[Seat]) -> Progress:
    """Put the first proposal to all participants."""
    trades = proposals.first(seats, session.terms)
    return _put_forward(ctx, session, replace(progress, phase=Phase.CONFIRMING), trades)


def confirm(ctx: Context, request: Confirm) -> Receipt:
    """Accept or refuse the caller's trade under the open proposal; the last answer settles or proposes anew.

    Raises
    ------
    NotAParticipant : the caller has no trade in this session
    WrongPhase, ClosedProposal : no proposal is open, or another one
    NotAwaited : the caller has answered, or its trade stands without an answer
    InvalidArgument, SavingTooLarge : the answer contradicts itself, or declares more than the terms allow
    """
    # READ
    session_id, party_id = request.session_id, ctx.caller.party_id
    session = ctx.state.get(keys.session(session_id), Session)
    progress = ctx.state.get(keys.progress(session_id), Progress)
    # CHECK
    if not ctx.state.exists(keys.seat(session_id, party_id)):
        raise NotAParticipant(party_id=party_id, session_id=session_id)
    lifecycle.require_phase(progress, Phase.CONFIRMING)
    if request.proposal != progress.proposal:
        raise ClosedProposal(proposal=request.proposal, current=progress.proposal)
    trade = ctx.state.get(keys.trade(session_id, party_id), Trade)
    if trade.standing is not Standing.AWAITED:
        raise NotAwaited(proposal=progress.proposal, standing=trade.standing.value)
    _check_answer(request, session)
    # WRITE
    progress = replace(progress, present=progress.present + 1)
    ctx.state.put(keys.trade(session_id, party_id), proposals.answered(trade, request))
    if progress.present == progress.awaited:
        progress = _close(ctx, session, progress)
    else:
        ctx.state.put(keys.progress(session_id), progress)
    return Receipt(session_id=session_id, progress=progress)


def finalise(ctx: Context, due: Due) -> None:
    """End a proposal at its deadline: propose anew to the homes that confirmed, or void the session."""
    found = lifecycle.overdue(ctx, due)
    if found is not None:
        _close(ctx, *found)


def _check_answer(request: Confirm, session: Session) -> None:
    if request.accept and request.withdraw:
        raise InvalidArgument(reason="withdraw is for an answer that does not accept")
    if request.saving_nano and not request.accept:
        raise InvalidArgument(reason="saving_nano is for an answer that accepts")
    if request.saving_nano > session.terms.saving_limit_nano:
        raise SavingTooLarge(limit_nano=session.terms.saving_limit_nano)


def _close(ctx: Context, session: Session, progress: Progress) -> Progress:
    if lifecycle.delivery_has_begun(ctx, session.terms.slot_start_s):
        return lifecycle.void(ctx, session, progress, reason="delivery-has-begun")
    trades = [trade for _, trade in ctx.state.range(Trade, "trade", session.session_id)]
    if all(trade.standing in (Standing.CONFIRMED, Standing.FIXED) for trade in trades):
        return settle(ctx, session, progress, trades)
    seats = lifecycle.seats(ctx, session.session_id)
    following = proposals.following(trades, seats, session.terms)
    if following is None:
        return lifecycle.void(ctx, session, progress, reason="nobody-can-balance")
    return _put_forward(ctx, session, progress, following)


def _put_forward(ctx: Context, session: Session, progress: Progress, trades: list[Trade]) -> Progress:
    """Write a proposal and await the homes that it changes; where it changes nobody, settle."""
    session_id = session.session_id
    for trade in trades:
        ctx.state.put(keys.trade(session_id, trade.party_id), trade)
    awaited = [trade.party_id for trade in trades if trade.standing is Standing.AWAITED]
    progress = replace(progress, proposal=progress.proposal + 1, awaited=len(awaited), present=0)
    if not awaited:
        return settle(ctx, session, progress, trades)
    progress = lifecycle.open_step(ctx, session_id, progress, within_s=session.terms.confirm_s)
    proposed = Proposed(
        session_id=session_id, proposal=progress.proposal, awaited=awaited, deadline_s=progress.deadline_s
    )
    ctx.emit("proposal", proposed)
    return progress
