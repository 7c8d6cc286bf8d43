"""A session on a new solo ledger: homes' agents and contract, timed, and the whole ledger executed again."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from wattloom.chaincode.transactive.messages import SessionView
from wattloom.chaincode.transactive.records import Bill, Phase
from wattloom.chaincode.transactive.terms import Terms
from wattloom.market.coordination.service.records import Found
from wattloom.market.day.ledgers import EngineName, create_day_ledger
from wattloom.market.day.run import Tell, trade_on
from wattloom.market.day.trading import OffLedger, Progress, Traded
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Schedule
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.units import WH_PER_KWH, Array, from_nano
from wattloom.network.replay import Verified


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """How a session went. One that ended without trades leaves every home alone, without a bill.

    Attributes
    ----------
    terms : under which it was held
    primal_kwh, dual_per_kwh : the residuals of each iteration as the ledger logged them
    converged : the last iteration met both tolerances
    settled : whether it ended with trades
    bills : (N,), $, positive pays
    prices_per_kwh : (T,), $, what trades were billed at
    plans : one per home, keeping its trade
    iterating_s, seconds : wall time of the iterations, and of everything from opening to settlement
    found, planning_s : what homes agreed on off the ledger before, if they did, and how long that took
    ledger : what verifying the whole ledger found
    """

    terms: Terms
    primal_kwh: Array
    dual_per_kwh: Array
    converged: bool
    settled: bool
    bills: Array
    prices_per_kwh: Array
    plans: tuple[Schedule, ...]
    iterating_s: float
    seconds: float
    found: Found | None
    planning_s: float
    ledger: Verified

    @property
    def iterations(self) -> int:
        """How many iterations it took."""
        return self.primal_kwh.size

    @property
    def cost(self) -> float:
        """The community's cost, $; payments between homes cancel in it."""
        return sum(plan.cost for plan in self.plans)

    @property
    def costs(self) -> list[float]:
        """What each home pays, $: its plan and its bill."""
        return [plan.cost + float(bill) for plan, bill in zip(self.plans, self.bills, strict=True)]


@dataclass(slots=True)
class _Watch:
    """Notes when the phases of a session begin."""

    progress: Progress
    began: dict[Phase, float] = field(default_factory=dict)

    def __call__(self, view: SessionView) -> None:
        self.began.setdefault(view.progress.phase, time.perf_counter())
        self.progress(view)

    def between(self, one: Phase, other: Phase) -> float:
        """Return the seconds from the beginning of one phase to that of another."""
        return self.began[other] - self.began[one]


def hold(
    community: Community,
    solvers: list[HomeSolver],
    terms: Terms,
    *,
    off_ledger: OffLedger | None = None,
    tell: Tell,
    progress: Progress,
) -> Session:
    """Hold a session on a solo ledger made for it; `progress` is given the session after each event.

    Raises
    ------
    LedgerRejected : the ledger does not verify
    """
    watch = _Watch(progress)
    with TemporaryDirectory(prefix="wattloom-reproduce-") as folder:
        ledger = create_day_ledger(EngineName.SOLO, Path(folder) / "ledger")
        traded = trade_on(ledger, community, solvers, terms, off_ledger=off_ledger, tell=tell, progress=watch)
        tell("the whole ledger is executed again and compared")
        return _session(traded, watch, ledger.verify())


def _session(traded: Traded, watch: _Watch, ledger: Verified) -> Session:
    terms = traded.view.session.terms
    bills = [outcome.bill for outcome in traded.outcomes if outcome.bill is not None]
    settled = bool(bills)
    return Session(
        terms=terms,
        primal_kwh=from_nano(residual.primal_nano_kwh for residual in traded.residuals),
        dual_per_kwh=from_nano(residual.dual_nano_per_kwh for residual in traded.residuals),
        converged=traded.view.progress.converged,
        settled=settled,
        bills=from_nano(bill.amount_nano for bill in bills) if settled else np.zeros(len(traded.outcomes)),
        prices_per_kwh=_per_kwh(bills[0]) if settled else np.zeros(terms.slots),
        plans=tuple(outcome.plan for outcome in traded.outcomes),
        iterating_s=watch.between(Phase.ITERATING, Phase.CONFIRMING),
        seconds=watch.between(Phase.JOINING, Phase.SETTLED if settled else Phase.VOID),
        found=traded.found,
        planning_s=traded.planning_s,
        ledger=ledger,
    )


def _per_kwh(bill: Bill) -> Array:
    return from_nano(price * WH_PER_KWH for price in bill.prices_nano_per_wh)
