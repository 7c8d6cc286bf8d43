"""What a market day came to, as its table, its report and its JSON show it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wattloom.market.coordination.rationality import Settled
from wattloom.market.transactive.units import NANO
from wattloom.network.replay import Verified

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HomeDay:
    """One home's day.

    Money in $: `cost_alone` and `cost_operating` include discomfort (paper 000, C^O); `bill_nano` is what the
    ledger charged, positive pays; `rounding_bound` is the most that rounding may cost the home. Energies in
    kWh per slot, shape (T,).
    """

    home: str
    cost_alone: float
    cost_operating: float
    bill_nano: int
    rounding_bound: float
    trade_wh: tuple[int, ...]
    grid_alone: Array
    grid_trading: Array

    @property
    def cost_with_trading(self) -> float:
        """Operating cost plus the bill, in $."""
        return self.cost_operating + self.bill_nano / NANO

    @property
    def saving(self) -> float:
        """What trading saved, in $."""
        return self.cost_alone - self.cost_with_trading


@dataclass(frozen=True, slots=True)
class Residual:
    """Both residuals of one iteration: primal in kWh, dual in $."""

    iteration: int
    primal: float
    dual: float


@dataclass(frozen=True, slots=True)
class PlanningDay:
    """What was agreed off the ledger before the session, and what that took.

    `exchanges` are questions that every home answered; bytes are the coordinator's, of all homes together.
    """

    homes: int
    rounds: int
    exchanges: int
    drop_outs: int
    bytes_received: int
    bytes_sent: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """What the ledger did: counts, and what its verification found."""

    engine: str
    chain_id: str
    genesis_hash: str
    blocks: int
    transactions: int
    state_root: str

    @classmethod
    def of(cls, found: Verified, *, engine: str) -> "LedgerDay":
        """Return what the verification of a whole ledger found."""
        return cls(
            engine=engine,
            chain_id=found.chain_id,
            genesis_hash=found.genesis_hash.hex(),
            blocks=found.height,
            transactions=found.transactions,
            state_root=found.app_hash.hex(),
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, in words, and whether it did."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True)
class DayResult:
    """The whole day. Prices in $/kWh, shape (T,); costs in $.

    `fixed_price` is what a session billed at a fixed one would offer, $/kWh. `planning` is there where the
    session started from a plan made off the ledger; `auction` is what the same homes would pay on the same
    day by auction, there where their tariffs allow one.
    """

    community: str
    description: str
    synthetic: bool
    slot_s: int
    homes: tuple[HomeDay, ...]
    price: Array
    fixed_price: float
    residuals: tuple[Residual, ...]
    central_optimum: float
    cost_before_rounding: float
    ledger: LedgerDay
    seconds: float
    planning: PlanningDay | None = None
    auction: Settled | None = None
    checks: tuple[Check, ...] = ()

    @property
    def iterations(self) -> int:
        """How many iterations the session took."""
        return len(self.residuals)

    @property
    def cost_alone(self) -> float:
        """The community's cost without trading."""
        return sum(home.cost_alone for home in self.homes)

    @property
    def cost_with_trading(self) -> float:
        """The community's cost with trading, after rounding to whole watt-hours."""
        return sum(home.cost_with_trading for home in self.homes)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.holds)
