"""What is proposed and voted on: arguments, results, events and timers of `governance`."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.keys import MAX_KEY_BYTES
from wattloom.chaincode.api.units import Name, PartyId, TimeS
from wattloom.chaincode.governance.actions import Action
from wattloom.chaincode.governance.records import (
    ConsensusLimits,
    ExistenceRules,
    MarketRules,
    Observers,
    Rules,
    Seat,
    Vote,
)

DAY_S = 86_400

Number = Annotated[int, Meta(ge=1, le=10**9, description="number of a proposal, from 1")]
Bookmark = Annotated[str, Meta(max_length=MAX_KEY_BYTES)]
Limit = Annotated[int, Meta(ge=1, le=50)]
Text = Annotated[str, Meta(max_length=500, description="reasons, for people")]
OpenFor = Annotated[int, Meta(ge=60, le=30 * DAY_S, description="duration, whole seconds")]


class Status(StrEnum):
    """What became of a proposal; failed means that it passed and could not be executed any more."""

    OPEN = "open"
    EXECUTED = "executed"
    FAILED = "failed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Proposal(Record, frozen=True, kw_only=True):
    """What an organisation proposes, and what became of it; `failure` is the code of the refusal it met."""

    number: Number
    organisation: Name
    proposer: PartyId
    action: Action
    text: Text
    opened_at_s: TimeS
    expires_at_s: TimeS
    status: Status = Status.OPEN
    closed_at_s: TimeS = 0
    failure: str = ""


class Propose(Record, frozen=True, kw_only=True):
    """A new proposal; proposing is not voting."""

    action: Action
    text: Text = ""
    open_for_s: OpenFor = 7 * DAY_S


class CastVote(Record, frozen=True, kw_only=True):
    """The vote of the caller's organisation."""

    number: Number
    approve: bool


class ProposalNumber(Record, frozen=True, kw_only=True):
    """Which proposal is meant."""

    number: Number


class PageAsked(Record, frozen=True, kw_only=True):
    """Part of a list, after a page's bookmark."""

    limit: Limit = 20
    bookmark: Bookmark = ""


class ProposalView(Record, frozen=True, kw_only=True):
    """A proposal, its votes, and how they count now: of electors' organisations alone."""

    proposal: Proposal
    votes: list[Vote]
    electors: list[str]
    yes: int
    no: int
    needed: int


class Validators(Record, frozen=True, kw_only=True):
    """The validators' seats by node, who votes, and how many active seats no vote goes below."""

    seats: list[Seat]
    electors: list[str]
    least_active: int


class Parameters(Record, frozen=True, kw_only=True):
    """What votes have set, or genesis; without `consensus` the engine has its genesis document's."""

    consensus: ConsensusLimits | None
    market: MarketRules
    observers: Observers
    existence: ExistenceRules = ExistenceRules()


class UpgradeView(Record, frozen=True, kw_only=True):
    """The rules of the next block, and those that are planned after them."""

    next_block: Rules
    planned: Rules | None = None


class Voted(Record, frozen=True, kw_only=True):
    """Event: an organisation has voted; `yes` and `no` count now, out of `electors`."""

    number: int
    organisation: str
    approve: bool
    yes: int
    no: int
    electors: int


class Active(Record, frozen=True, kw_only=True):
    """Event: fewer validators are active than may be voted out to; the next fault may stop the ledger."""

    active: int
    least: int
