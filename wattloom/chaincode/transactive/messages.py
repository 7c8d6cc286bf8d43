"""What is said to and by `transactive`: arguments, results, events and timers."""

from typing import Annotated

from msgspec import Meta, field

from wattloom.chaincode.api import Int64Array, Record
from wattloom.chaincode.api.keys import MAX_KEY_BYTES
from wattloom.chaincode.api.units import AmountNano, Name, PartyId
from wattloom.chaincode.transactive.records import Phase, Progress, Residual, Session, Standing
from wattloom.chaincode.transactive.terms import MAX_HOMES, MIN_HOMES, Terms

Count = Annotated[int, Meta(ge=1, le=10**6)]
Bookmark = Annotated[str, Meta(max_length=MAX_KEY_BYTES)]


class OpenSession(Record, frozen=True, kw_only=True):
    """A new session; `homes` are the invited, sorted, each once."""

    session_id: Name
    homes: Annotated[list[PartyId], Meta(min_length=MIN_HOMES, max_length=MAX_HOMES)]
    terms: Terms


class SessionId(Record, frozen=True, kw_only=True):
    """Which session is meant."""

    session_id: Name


class Join(Record, frozen=True, kw_only=True):
    """A home's consent; `start_nano_kwh` are the T trades it starts from (exchange), or none: zero."""

    session_id: Name
    start_nano_kwh: Int64Array = field(default_factory=lambda: Int64Array(()))


class SubmitDecision(Record, frozen=True, kw_only=True):
    """A home's decision: T numbers, pairwise (N-1) T, partner by partner in index order."""

    session_id: Name
    iteration: Count
    trades_nano_kwh: Int64Array


class Confirm(Record, frozen=True, kw_only=True):
    """A home's answer to its trade under a proposal.

    A home that does not accept keeps its own last decision, or with `withdraw` trades nothing.
    `saving_nano` is what it declares to save by the trade at the clearing price (`bargaining`).
    """

    session_id: Name
    proposal: Count
    accept: bool
    withdraw: bool = False
    saving_nano: AmountNano = 0


class PageOf(Record, frozen=True, kw_only=True):
    """Part of a session's records, after a page's bookmark."""

    session_id: Name
    limit: int = 100
    bookmark: Bookmark = ""


class PageOfSessions(Record, frozen=True, kw_only=True):
    """Part of all sessions, after a page's bookmark."""

    limit: int = 100
    bookmark: Bookmark = ""


class BillOf(Record, frozen=True, kw_only=True):
    """Whose bill is meant."""

    session_id: Name
    party_id: PartyId


class SessionLine(Record, frozen=True, kw_only=True):
    """A session in a list."""

    session: Session
    progress: Progress


class Own(Record, frozen=True, kw_only=True):
    """What a participant alone may read of a session.

    `anchor_nano_kwh` is its p_hat for the open iteration (pairwise: its row), `multipliers_pico_per_kwh` its
    row of lambda (exchange: empty). `decided` tells whether the open iteration has its decision,
    `trades_nano_kwh` is that or the decision before, before the first its starting trades.
    `collateral_nano` was locked at joining. `proposed_wh` and `standing` are there once there is a proposal.
    """

    index: int
    limit_wh: int
    collateral_nano: int
    decided: bool
    trades_nano_kwh: Int64Array
    anchor_nano_kwh: Int64Array
    multipliers_pico_per_kwh: Int64Array
    proposed_wh: Int64Array | None = None
    standing: Standing | None = None


class SessionView(Record, frozen=True, kw_only=True):
    """A session as it stands.

    `homes` are the invited, then the participants in index order; `rho_nano` and `mu_pico_per_kwh` (one per
    slot; pairwise: pi less the mean multiplier) are those of the open iteration.
    """

    session: Session
    progress: Progress
    homes: list[str]
    rho_nano: int
    mu_pico_per_kwh: Int64Array
    own: Own | None = None


class Due(Record, frozen=True, kw_only=True):
    """A deadline: it ends this step of this phase, and nothing if the step has ended before."""

    session_id: str
    phase: Phase
    number: int


class Opened(Record, frozen=True, kw_only=True):
    """Event: a session awaits its homes."""

    session_id: str
    homes: list[str]
    deadline_s: int


class Started(Record, frozen=True, kw_only=True):
    """Event: the first iteration is open."""

    session_id: str
    homes: list[str]
    deadline_s: int


class RoundLate(Record, frozen=True, kw_only=True):
    """Event: an iteration ended without these homes, which were taken at their last decision."""

    session_id: str
    iteration: int
    late: list[str]


class DualsUpdated(Record, frozen=True, kw_only=True):
    """Event: an iteration has ended; `progress` is what comes next, `mu_pico_per_kwh` its new prices."""

    session_id: str
    iteration: int
    residual: Residual
    converged: bool
    progress: Progress
    mu_pico_per_kwh: Int64Array


class Proposed(Record, frozen=True, kw_only=True):
    """Event: whole trades are proposed, and these homes' answers awaited."""

    session_id: str
    proposal: int
    awaited: list[str]
    deadline_s: int


class Settled(Record, frozen=True, kw_only=True):
    """Event: trades are firm and paid; `traded_wh` is what changes hands over all slots."""

    session_id: str
    iterations: int
    converged: bool
    proposal: int
    prices_nano_per_wh: Int64Array
    traded_wh: int


class Voided(Record, frozen=True, kw_only=True):
    """Event: the session has ended without trades; all collateral is free again."""

    session_id: str
    reason: str


class Receipt(Record, frozen=True, kw_only=True):
    """Where the session stands after the call."""

    session_id: str
    progress: Progress
