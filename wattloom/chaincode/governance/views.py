"""What every member may read of the consortium's government."""

from wattloom.chaincode.api import Context, Page
from wattloom.chaincode.governance import keys, observers, parameters, proposals, rules, seats
from wattloom.chaincode.governance.electorate import Tally, electorate
from wattloom.chaincode.governance.messages import (
    PageAsked,
    Parameters,
    Proposal,
    ProposalNumber,
    ProposalView,
    UpgradeView,
    Validators,
)
from wattloom.chaincode.governance.records import ConsensusLimits, Incident, Observer


def read_proposal(ctx: Context, request: ProposalNumber) -> ProposalView:
    """Show a proposal with its votes, and how they count now.

    Raises
    ------
    NotFound : no such proposal
    """
    proposal = ctx.state.get(keys.proposal(request.number), Proposal)
    votes, electors = proposals.votes_on(ctx, request.number), electorate(ctx.overlay)
    tally = Tally(electors, votes)
    return ProposalView(
        proposal=proposal, votes=votes, electors=electors, yes=tally.yes, no=tally.no, needed=tally.needed
    )


def list_proposals(ctx: Context, request: PageAsked) -> Page[Proposal]:
    """Show all proposals, oldest first, page by page."""
    return ctx.state.page(Proposal, "proposal", limit=request.limit, bookmark=request.bookmark)


def read_validators(ctx: Context) -> Validators:
    """Show the validators' seats and who votes."""
    return Validators(
        seats=seats.everyone(ctx.state), electors=electorate(ctx.overlay), least_active=seats.LEAST_ACTIVE
    )


def list_misbehaviour(ctx: Context, request: PageAsked) -> Page[Incident]:
    """Show what validators have done wrong, oldest first, page by page."""
    return ctx.state.page(Incident, "misbehaviour", limit=request.limit, bookmark=request.bookmark)


def read_parameters(ctx: Context) -> Parameters:
    """Show the engine's limits, all rules that votes may change, and whether observers are listed."""
    return Parameters(
        consensus=ctx.state.find(keys.CONSENSUS, ConsensusLimits),
        market=parameters.market_rules(ctx),
        observers=observers.current(ctx.state),
        existence=parameters.existence_rules(ctx),
    )


def list_observers(ctx: Context, request: PageAsked) -> Page[Observer]:
    """Show the nodes that are listed, page by page."""
    return ctx.state.page(Observer, "observer", limit=request.limit, bookmark=request.bookmark)


def read_upgrade(ctx: Context) -> UpgradeView:
    """Show which rules judge the next block, and which are planned after them."""
    height = ctx.block.height + 1
    return UpgradeView(next_block=rules.at(ctx.state, height), planned=rules.planned(ctx.state, height))
