"""Proposals: an organisation opens one, the electors vote, and the vote that passes it carries it out."""

from msgspec.structs import replace

from wattloom.chaincode.api import ChaincodeError, Context, Forbidden, Record
from wattloom.chaincode.api.keys import number as number_part
from wattloom.chaincode.governance import acting, keys
from wattloom.chaincode.governance.electorate import Tally, require_elector
from wattloom.chaincode.governance.errors import AlreadyVoted, ProposalClosed, TooManyProposals
from wattloom.chaincode.governance.messages import CastVote, Proposal, ProposalNumber, Propose, Status, Voted
from wattloom.chaincode.governance.records import Vote

MOST_OPEN = 10
"""Proposals that an organisation has open at most."""


class Numbered(Record, frozen=True, kw_only=True):
    """A proposal's number, as an index keeps it."""

    number: int


def propose(ctx: Context, request: Propose) -> Proposal:
    """Open a proposal of the caller's organisation, which could be carried out as things stand.

    What could not be carried out now is refused with the code that it would meet.

    Raises
    ------
    NotAnElector : the organisation has no vote
    TooManyProposals : it has too many open
    """
    # READ
    organisation = ctx.caller.organisation
    last = ctx.state.find(keys.LAST, Numbered)
    # CHECK
    require_elector(ctx)
    if sum(1 for _ in ctx.state.range(Numbered, "open", organisation)) >= MOST_OPEN:
        raise TooManyProposals(limit=MOST_OPEN)
    acting.rehearse(ctx, request.action)
    # WRITE
    proposal = Proposal(
        number=1 if last is None else last.number + 1,
        organisation=organisation,
        proposer=ctx.caller.party_id,
        action=request.action,
        text=request.text,
        opened_at_s=ctx.block_time_s,
        expires_at_s=ctx.block_time_s + request.open_for_s,
    )
    _put_opened(ctx, proposal)
    return proposal


def vote(ctx: Context, request: CastVote) -> Proposal:
    """Cast the one vote of the caller's organisation; the vote that passes a proposal carries it out.

    Raises
    ------
    NotFound : no such proposal
    NotAnElector : the organisation has no vote
    ProposalClosed : it is decided, withdrawn or expired
    AlreadyVoted : the organisation has voted
    """
    # READ
    proposal = ctx.state.get(keys.proposal(request.number), Proposal)
    key = keys.vote(proposal.number, ctx.caller.organisation)
    # CHECK
    electors = require_elector(ctx)
    _require_open(proposal)
    if ctx.state.exists(key):
        raise AlreadyVoted(number=proposal.number, organisation=ctx.caller.organisation)
    # WRITE
    cast = Vote(
        organisation=ctx.caller.organisation,
        party_id=ctx.caller.party_id,
        approve=request.approve,
        cast_at_s=ctx.block_time_s,
    )
    ctx.state.put(key, cast)
    tally = Tally(electors, votes_on(ctx, proposal.number))
    _announce_vote(ctx, cast, tally, number=proposal.number)
    if tally.passes:
        return _carry_out(ctx, proposal)
    return _close(ctx, proposal, Status.REJECTED) if tally.hopeless else proposal


def withdraw(ctx: Context, request: ProposalNumber) -> Proposal:
    """Take an open proposal of the caller's organisation back.

    Raises
    ------
    NotFound : no such proposal
    Forbidden : it is another organisation's
    ProposalClosed : it is decided, withdrawn or expired
    """
    # READ
    proposal = ctx.state.get(keys.proposal(request.number), Proposal)
    # CHECK
    if proposal.organisation != ctx.caller.organisation:
        raise Forbidden(needed=f"a caller of {proposal.organisation}")
    _require_open(proposal)
    # WRITE
    return _close(ctx, proposal, Status.WITHDRAWN)


def expire(ctx: Context, due: ProposalNumber) -> None:
    """End a proposal at its deadline, if it is still open."""
    proposal = ctx.state.get(keys.proposal(due.number), Proposal)
    if proposal.status is Status.OPEN:
        _close(ctx, proposal, Status.EXPIRED)


def votes_on(ctx: Context, number: int) -> list[Vote]:
    """Return every vote on a proposal, by organisation."""
    return [vote for _, vote in ctx.state.range(Vote, "vote", number_part(number))]


def _require_open(proposal: Proposal) -> None:
    if proposal.status is not Status.OPEN:
        raise ProposalClosed(number=proposal.number, status=proposal.status.value)


def _put_opened(ctx: Context, proposal: Proposal) -> None:
    numbered = Numbered(number=proposal.number)
    ctx.state.put(keys.LAST, numbered)
    ctx.state.put(keys.open_proposal(proposal.organisation, proposal.number), numbered)
    ctx.state.put(keys.proposal(proposal.number), proposal)
    ctx.schedule(proposal.expires_at_s, "expire", ProposalNumber(number=proposal.number))
    ctx.emit("proposal_opened", proposal)


def _announce_vote(ctx: Context, cast: Vote, tally: Tally, *, number: int) -> None:
    voted = Voted(
        number=number,
        organisation=cast.organisation,
        approve=cast.approve,
        yes=tally.yes,
        no=tally.no,
        electors=tally.electors,
    )
    ctx.emit("voted", voted)


def _carry_out(ctx: Context, proposal: Proposal) -> Proposal:
    """Do what was voted for; where that cannot be done any more, the proposal has failed and is closed."""
    ctx.emit("proposal_passed", proposal)
    try:
        acting.carry_out(ctx, proposal.action)
    except ChaincodeError as refusal:
        return _close(ctx, replace(proposal, failure=refusal.code), Status.FAILED)
    return _close(ctx, proposal, Status.EXECUTED)


def _close(ctx: Context, proposal: Proposal, status: Status) -> Proposal:
    closed = replace(proposal, status=status, closed_at_s=ctx.block_time_s)
    _put_closed(ctx, closed)
    return closed


def _put_closed(ctx: Context, closed: Proposal) -> None:
    ctx.state.delete(keys.open_proposal(closed.organisation, closed.number))
    ctx.state.put(keys.proposal(closed.number), closed)
    ctx.emit("proposal_closed", closed)
