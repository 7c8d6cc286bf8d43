"""A market day from beginning to end: a new ledger, a session on it, and everything checked."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.market.day.checks import check_day
from wattloom.market.day.members import Members
from wattloom.market.day.result import Array, DayResult, HomeDay, LedgerDay, Residual
from wattloom.market.day.trading import Progress, Traded, Way, enrol, trade
from wattloom.market.homes.central import CentralOptimum, solve_central
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Schedule
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import Outcome
from wattloom.market.transactive.terms import offered_terms, rounding_bound
from wattloom.market.transactive.units import NANO, from_nano
from wattloom.network.gateway import GatewayThread
from wattloom.network.solo import LedgerFolder, SoloEngine
from wattloom.network.solo.create import create_ledger
from wattloom.network.solo.verify import verify_ledger

CHAIN_ID = "market-day"
BACKDATE_S = 3_600

Tell = Callable[[str], None]


class SessionVoid(Exception):
    """The session ended without trades; the sentence says why."""


def run_day(community: Community, folder: Path, *, tell: Tell, progress: Progress) -> DayResult:
    """Trade one day of a community on a new ledger in `folder`, and check everything that must hold.

    The day is delivered tomorrow by the ledger's clock, whenever its data were measured. `tell` is given each
    step in words; `progress` the session after each of its events.

    Raises
    ------
    SessionVoid : the session ended without trades
    LedgerFolderError : the folder is not empty
    LedgerRejected : the ledger does not verify
    """
    started = time.perf_counter()
    tell("every home plans alone")
    solvers = [HomeSolver(home) for home in community.homes]
    alone = [solver.stand_alone() for solver in solvers]
    central = solve_central(community.homes)
    tell("the ledger and its members are made")
    members = Members.certify(community, not_before_s=int(time.time()) - BACKDATE_S)
    ledger = create_ledger(folder, chain_id=CHAIN_ID, organisations=[members.authority])
    traded = _trade_on(ledger, community, solvers, members, tell, progress)
    tell("the whole ledger is executed again and compared")
    ledger_day = _verify(ledger)
    day = _result(community, solvers, alone, central, traded, ledger_day, time.perf_counter() - started)
    return replace(day, checks=check_day(day))


def _trade_on(
    ledger: LedgerFolder,
    community: Community,
    solvers: list[HomeSolver],
    members: Members,
    tell: Tell,
    progress: Progress,
) -> Traded:
    terms = offered_terms(community, slot_start_s=_tomorrow_s())
    tls = TlsIdentity.load(ledger.tls_path)
    with SoloEngine(ledger) as engine, GatewayThread(engine, tls=tls) as gateway:
        way = Way(gateway.address, TlsAuthority.load(ledger.tls_path).ca_pem)

        async def steps() -> Traded:
            tell("homes are registered and pay in their collateral")
            await enrol(community, members, way, terms)
            tell("homes trade")
            return await trade(solvers, members, way, terms, progress)

        traded = asyncio.run(steps())
    if any(outcome.bill is None for outcome in traded.outcomes):
        raise SessionVoid(f"the session ended without trades: {traded.view.progress.reason}")
    return traded


def _verify(ledger: LedgerFolder) -> LedgerDay:
    genesis_hash = ledger.genesis().hash
    found = verify_ledger(ledger, genesis_hash=genesis_hash)
    return LedgerDay(
        chain_id=found.chain_id,
        genesis_hash=genesis_hash.hex(),
        blocks=found.height,
        transactions=found.transactions,
        state_root=found.app_hash.hex(),
    )


def _result(
    community: Community,
    solvers: list[HomeSolver],
    alone: list[Schedule],
    central: CentralOptimum,
    traded: Traded,
    ledger: LedgerDay,
    seconds: float,
) -> DayResult:
    price = from_nano(traded.view.mu_nano_per_kwh)
    by_home = list(zip(solvers, alone, traded.outcomes, strict=True))
    return DayResult(
        community=community.name,
        description=community.description,
        synthetic=community.synthetic,
        slot_s=community.slot_s,
        homes=tuple(_home_day(*each, price) for each in by_home),
        price=price,
        residuals=tuple(
            Residual(each.iteration, each.primal_nano_kwh / NANO, each.dual_nano_per_kwh / NANO)
            for each in traded.residuals
        ),
        central_optimum=central.cost,
        cost_before_rounding=sum(outcome.cost_before_rounding for outcome in traded.outcomes),
        ledger=ledger,
        seconds=seconds,
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


def _tomorrow_s() -> int:
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int(midnight.timestamp())
