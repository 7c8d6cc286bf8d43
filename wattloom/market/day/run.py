"""A market day from beginning to end: a new ledger, a session on it, and everything checked."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wattloom.chaincode.transactive.terms import Terms
from wattloom.market.auction.counterfactual import clear_day
from wattloom.market.auction.errors import CannotAuction
from wattloom.market.coordination.rationality import Settled
from wattloom.market.day.checks import check_day
from wattloom.market.day.coordination import CoordinationName, off_ledger
from wattloom.market.day.ledgers import DayLedger, EngineName, create_day_ledger
from wattloom.market.day.members import Members
from wattloom.market.day.result import Array, DayResult, HomeDay, LedgerDay, PlanningDay, Residual
from wattloom.market.day.trading import OffLedger, Progress, Traded, enrol, trade
from wattloom.market.homes.central import CentralOptimum, solve_central
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Schedule
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import Outcome
from wattloom.market.transactive.terms import middle_price, offered_terms, rounding_bound
from wattloom.market.transactive.units import NANO, from_pico

BACKDATE_S = 3_600

Tell = Callable[[str], None]


class SessionVoid(Exception):
    """The session ended without trades; the sentence says why."""


def run_day(
    community: Community,
    folder: Path,
    *,
    engine: EngineName = EngineName.SOLO,
    coordination: CoordinationName = CoordinationName.ADMM,
    tell: Tell,
    progress: Progress,
) -> DayResult:
    """Trade one day of a community on a new ledger in `folder`, and check everything that must hold.

    The day is delivered tomorrow by the ledger's clock, whenever its data were measured. `tell` is given each
    step in words; `progress` the session after each of its events.

    Raises
    ------
    SessionVoid : the session ended without trades
    LedgerFolderError, ConsortiumError : the folder is not empty, or the network does not start
    EngineMissing : the stock engine is not installed
    LedgerRejected : the ledger does not verify
    """
    started = time.perf_counter()
    tell("every home plans alone")
    solvers = [HomeSolver(home) for home in community.homes]
    alone = [solver.stand_alone() for solver in solvers]
    central = solve_central(community.homes)
    tell("the day is cleared by auction, in memory, to compare")
    auction = _by_auction(community, alone)
    tell("the ledger and its members are made")
    ledger = create_day_ledger(engine, folder)
    terms = offered_terms(community, slot_start_s=tomorrow_s())
    before = off_ledger(coordination, slots=community.slots)
    traded = trade_on(ledger, community, solvers, terms, off_ledger=before, tell=tell, progress=progress)
    if any(outcome.bill is None for outcome in traded.outcomes):
        raise SessionVoid(f"the session ended without trades: {traded.view.progress.reason}")
    tell("the whole ledger is executed again and compared")
    ledger_day = LedgerDay.of(ledger.verify(), engine=engine.value)
    day = _result(community, solvers, alone, central, traded, ledger_day, time.perf_counter() - started)
    return replace(day, auction=auction, checks=check_day(day))


def trade_on(
    ledger: DayLedger,
    community: Community,
    solvers: list[HomeSolver],
    terms: Terms,
    *,
    off_ledger: OffLedger | None = None,
    tell: Tell,
    progress: Progress,
) -> Traded:
    """Certify the community's members, register them on a new ledger and hold one session there."""
    members = Members.certify(community, ledger.authority, not_before_s=int(time.time()) - BACKDATE_S)
    with ledger.running() as way:

        async def steps() -> Traded:
            tell("homes are registered and pay in their collateral")
            await enrol(community, members, way, terms)
            tell("homes trade")
            return await trade(solvers, members, way, terms, progress, off_ledger=off_ledger)

        return asyncio.run(steps())


def tomorrow_s() -> int:
    """Return when tomorrow begins, Unix seconds, UTC."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int(midnight.timestamp())


def _by_auction(community: Community, alone: list[Schedule]) -> Settled | None:
    """Return what everybody would pay by auction; None where the homes' tariffs allow none."""
    try:
        return clear_day(community, alone).settled()
    except CannotAuction:
        return None


def _result(
    community: Community,
    solvers: list[HomeSolver],
    alone: list[Schedule],
    central: CentralOptimum,
    traded: Traded,
    ledger: LedgerDay,
    seconds: float,
) -> DayResult:
    price = from_pico(traded.view.mu_pico_per_kwh)
    by_home = list(zip(solvers, alone, traded.outcomes, strict=True))
    return DayResult(
        community=community.name,
        description=community.description,
        synthetic=community.synthetic,
        slot_s=community.slot_s,
        homes=tuple(_home_day(*each, price) for each in by_home),
        price=price,
        fixed_price=middle_price(community),
        residuals=tuple(
            Residual(each.iteration, each.primal_nano_kwh / NANO, each.dual_nano_per_kwh / NANO)
            for each in traded.residuals
        ),
        central_optimum=central.cost,
        cost_before_rounding=sum(outcome.cost_before_rounding for outcome in traded.outcomes),
        ledger=ledger,
        seconds=seconds,
        planning=_planning_day(traded),
    )


def _planning_day(traded: Traded) -> PlanningDay | None:
    found = traded.found
    if found is None:
        return None
    return PlanningDay(
        homes=found.homes,
        rounds=found.rounds,
        exchanges=found.exchanges,
        drop_outs=found.drop_outs,
        bytes_received=found.bytes_received,
        bytes_sent=found.bytes_sent,
        seconds=traded.planning_s,
    )


def _home_day(solver: HomeSolver, alone: Schedule, outcome: Outcome, price: Array) -> HomeDay:
    bill = outcome.bill
    assert bill is not None  # noqa: S101 - for the type checker: a void session was raised before
    return HomeDay(
        home=solver.home.home_id,
        cost_alone=alone.cost,
        cost_operating=outcome.plan.cost,
        bill_nano=bill.amount_nano,
        rounding_bound=rounding_bound(solver.home, price),
        trade_wh=bill.trades_wh.values,
        grid_alone=alone.grid_kwh,
        grid_trading=outcome.plan.grid_kwh,
    )
