"""What a session keeps on the ledger. Trades are net purchases: positive buys, negative sells."""

from enum import StrEnum

from msgspec import field

from wattloom.chaincode.api import Int64Array, Record
from wattloom.chaincode.transactive.terms import Terms


class Phase(StrEnum):
    """Where a session stands; the ledger alone moves it on, with the last action awaited or by timer."""

    JOINING = "joining"
    ITERATING = "iterating"
    CONFIRMING = "confirming"
    SETTLED = "settled"
    VOID = "void"


class Session(Record, frozen=True, kw_only=True):
    """A session as it was opened."""

    session_id: str
    coordinator: str
    terms: Terms


class Progress(Record, frozen=True, kw_only=True):
    """How far a session is.

    `iteration` is the open iteration, from the confirming phase on the last one; `proposal` counts from 1;
    `awaited` actions end the phase's step, `present` have come; `reason` says why a session is void.
    """

    phase: Phase
    awaited: int
    present: int = 0
    participants: int = 0
    iteration: int = 0
    converged: bool = False
    proposal: int = 0
    deadline_s: int = 0
    reason: str = ""


class Roster(Record, frozen=True, kw_only=True):
    """The invited homes, from the start of the iterations the participants; sorted, which is index order."""

    homes: list[str]


class Seat(Record, frozen=True, kw_only=True):
    """A participant: its collateral, and its last decision.

    `trades` is the decision of `iteration`, nano_kwh: T numbers, pairwise (N-1) T; of iteration 0 the trades
    that the home starts from, in exchange form its anchor too. `anchor` is the p_hat
    under which it was made, T numbers (pairwise: empty, see `Pairs`); the next one follows from both and
    `Prices`, so that an update writes no seat but the late ones.
    """

    party_id: str
    limit_wh: int
    collateral_nano: int
    index: int = 0
    iteration: int = 0
    trades: Int64Array = Int64Array(())
    anchor: Int64Array = Int64Array(())


class Prices(Record, frozen=True, kw_only=True):
    """The dual price per slot, and the sum over homes of relaxed decisions that made it (pairwise: empty)."""

    mu_pico_per_kwh: Int64Array
    pooled_nano_kwh: Int64Array


class Pairs(Record, frozen=True, kw_only=True):
    """State of the pairwise form: p_hat and multiplier per pair i < j and slot; layout in `pairwise`."""

    p_hat_nano_kwh: Int64Array
    multipliers_pico_per_kwh: Int64Array


class Residual(Record, frozen=True, kw_only=True):
    """One update in the log; the squares are exact, in the units of `residuals.Residuals`."""

    iteration: int
    rho_nano: int
    primal_nano_kwh: int
    primal_squared: str
    dual_nano_per_kwh: int
    dual_squared: str
    late: list[str]
    block_time_s: int


class Standing(StrEnum):
    """Where a participant's trade stands under the open proposal."""

    AWAITED = "awaited"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FIXED = "fixed"


class Trade(Record, frozen=True, kw_only=True):
    """A participant's trade in whole Wh: as first proposed, as it stands, as last confirmed (or empty).

    `saving_nano` was declared with the last confirmation.
    """

    party_id: str
    standing: Standing
    first_wh: Int64Array
    trades_wh: Int64Array
    confirmed_wh: Int64Array = field(default_factory=lambda: Int64Array(()))  # a schema writes no array
    saving_nano: int = 0


class Bill(Record, frozen=True, kw_only=True):
    """What a home pays (negative: is paid).

    `amount_nano` is the exact sum of trades times prices, plus its declared saving, less its share of all.
    """

    session_id: str
    party_id: str
    slot_start_s: int
    slot_s: int
    trades_wh: Int64Array
    prices_nano_per_wh: Int64Array
    amount_nano: int
    saving_nano: int = 0
    share_nano: int = 0
