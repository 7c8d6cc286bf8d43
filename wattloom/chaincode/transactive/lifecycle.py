"""How a session moves on: steps with deadlines that the ledger itself keeps, and the end without trades."""

from msgspec.structs import replace

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import Context
from wattloom.chaincode.transactive import keys
from wattloom.chaincode.transactive.errors import GateClosed, WrongPhase
from wattloom.chaincode.transactive.messages import Due, Voided
from wattloom.chaincode.transactive.records import Phase, Progress, Seat, Session
from wattloom.chaincode.transactive.terms import Terms

TIMERS = {Phase.JOINING: "start", Phase.ITERATING: "update_duals", Phase.CONFIRMING: "finalise"}
"""The timer that ends a step of each phase at its deadline."""


def open_step(ctx: Context, session_id: str, progress: Progress, *, within_s: int) -> Progress:
    """Write a step, put its deadline on the ledger, and return it."""
    progress = replace(progress, deadline_s=ctx.block_time_s + within_s)
    due = Due(session_id=session_id, phase=progress.phase, number=_number(progress))
    ctx.state.put(keys.progress(session_id), progress)
    ctx.schedule(progress.deadline_s, TIMERS[progress.phase], due)
    return progress


def overdue(ctx: Context, due: Due) -> tuple[Session, Progress] | None:
    """Return the session whose step a timer is to end, or None where the step has ended before."""
    progress = ctx.state.get(keys.progress(due.session_id), Progress)
    if progress.phase is not due.phase or _number(progress) != due.number:
        return None
    return ctx.state.get(keys.session(due.session_id), Session), progress


def require_phase(progress: Progress, needed: Phase) -> None:
    """Raise `WrongPhase` unless the session is in the phase."""
    if progress.phase is not needed:
        raise WrongPhase(phase=progress.phase.value, needed=needed.value)


def require_before_delivery(ctx: Context, slot_start_s: int, *, gate_closure_s: int) -> None:
    """Raise `GateClosed` unless delivery begins after this block, by more than the market's gate closure."""
    if delivery_has_begun(ctx, slot_start_s - gate_closure_s):
        raise GateClosed(
            slot_start_s=slot_start_s, gate_closure_s=gate_closure_s, block_time_s=ctx.block_time_s
        )


def delivery_has_begun(ctx: Context, slot_start_s: int) -> bool:
    """Tell whether it is too late to settle."""
    return slot_start_s <= ctx.block_time_s


def is_time_to_agree(ctx: Context, terms: Terms) -> bool:
    """Tell whether one more iteration and its agreement might end after delivery has begun."""
    return delivery_has_begun(ctx, terms.slot_start_s - terms.round_s - terms.confirm_s)


def seats(ctx: Context, session_id: str) -> list[Seat]:
    """Return the participants in index order."""
    return [seat for _, seat in ctx.state.range(Seat, "seat", session_id)]


def void(ctx: Context, session: Session, progress: Progress, *, reason: str) -> Progress:
    """End a session without trades, and unlock everybody's collateral."""
    for seat in seats(ctx, session.session_id):
        book.unlock(ctx, seat.party_id, seat.collateral_nano)
    progress = replace(progress, phase=Phase.VOID, reason=reason, deadline_s=0)
    ctx.state.put(keys.progress(session.session_id), progress)
    ctx.emit("void", Voided(session_id=session.session_id, reason=reason))
    return progress


def _number(progress: Progress) -> int:
    return progress.proposal if progress.phase is Phase.CONFIRMING else progress.iteration
