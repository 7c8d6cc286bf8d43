"""The trading of a day: members come to the ledger, a session runs, every home gets its bill."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from wattloom.chaincode.accounts.records import Amount, Party
from wattloom.chaincode.registry.records import Home as RegisteredHome
from wattloom.chaincode.transactive.messages import SessionView
from wattloom.chaincode.transactive.records import Residual
from wattloom.chaincode.transactive.terms import Terms
from wattloom.identity.credentials import ClientIdentity
from wattloom.identity.tls import TlsAuthority
from wattloom.market.coordination.service.coordinator import CoordinationServer
from wattloom.market.coordination.service.method import Method
from wattloom.market.coordination.service.records import DEFAULT_BOUNDS, Bounds, Found
from wattloom.market.coordination.service.taking_part import Meeting
from wattloom.market.day.members import ORGANISATION, Members
from wattloom.market.homes.community import Community
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import HomeAgent, Outcome
from wattloom.market.transactive.coordinator import Coordinator
from wattloom.market.transactive.off_ledger import (
    Planner,
    PlanningSide,
    found_by,
    terms_after,
    wait_until_open,
)
from wattloom.market.transactive.terms import registered_limit_wh
from wattloom.network.client import AsyncClient, Clock

SESSION = "day-1"
BACKDATE_S = 3_600

Progress = Callable[[SessionView], None]


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach the ledger: its gateways' addresses, the root that vouches for them (PEM), its clock."""

    addresses: Sequence[str]
    ca_certificate: bytes
    clock: Clock = time.time

    def client(self, identity: ClientIdentity, *, number: int = 0) -> AsyncClient:
        """Return a member's client; numbers spread the members over the gateways."""
        first = number % len(self.addresses)
        turned = [*self.addresses[first:], *self.addresses[:first]]
        return AsyncClient(turned, ca_certificate=self.ca_certificate, identity=identity, clock=self.clock)


@dataclass(frozen=True, slots=True)
class Traded:
    """How the session ended: an outcome per home, in the community's order, and its residual log.

    `found` is what was found off the ledger before, in `planning_s`, if that was tried and came to something.
    """

    view: SessionView
    outcomes: list[Outcome]
    residuals: list[Residual]
    found: Found | None = None
    planning_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OffLedger:
    """How prices and plans are found before the session; both sides of one method."""

    method: Method
    side: Callable[[HomeSolver], PlanningSide]
    bounds: Bounds = DEFAULT_BOUNDS


async def enrol(community: Community, members: Members, way: Way, terms: Terms) -> None:
    """Register every home, open its account, and pay in what its collateral needs."""
    async with way.client(members.officers["registrar"]) as registrar:
        for party_id, home in zip(members.parties, community.homes, strict=True):
            registered = RegisteredHome(party_id=party_id, limit_wh=registered_limit_wh(home))
            await registrar.submit("registry:register_home", registered)
            await registrar.submit("accounts:open", Party(party_id=party_id))
    async with way.client(members.officers["utility"]) as utility:
        for party_id, home in zip(members.parties, community.homes, strict=True):
            collateral_nano = terms.collateral_nano(registered_limit_wh(home))
            await utility.submit("accounts:mint", Amount(party_id=party_id, amount_nano=collateral_nano))


async def trade(
    solvers: list[HomeSolver],
    members: Members,
    way: Way,
    terms: Terms,
    progress: Progress,
    *,
    off_ledger: OffLedger | None = None,
) -> Traded:
    """Run one session with every home's agent, each over its own connection with its own key.

    With `off_ledger` the homes plan first, and the session starts from what they find.
    """
    async with AsyncExitStack() as stack:
        coordinator = Coordinator(
            await stack.enter_async_context(way.client(members.officers["coordinator"]))
        )
        planning = await _planning(stack, members, off_ledger)
        homes = [
            _Home(
                solver,
                await stack.enter_async_context(way.client(identity, number=number)),
                party_id,
                planning.planner(solver, identity, party_id) if planning else None,
            )
            for number, (solver, identity, party_id) in enumerate(
                zip(solvers, members.homes, members.parties, strict=True)
            )
        ]
        try:
            async with asyncio.TaskGroup() as tasks:
                leading = tasks.create_task(_lead(coordinator, planning, members.parties, terms, progress))
                running = [tasks.create_task(home.run()) for home in homes]
        except ExceptionGroup as failures:  # the first tells what went wrong; the others follow from it
            raise failures.exceptions[0] from None
        found, planning_s, view = leading.result()
        return Traded(
            view=view,
            outcomes=[task.result() for task in running],
            residuals=await coordinator.residuals(SESSION),
            found=found,
            planning_s=planning_s,
        )


@dataclass(frozen=True, slots=True)
class _Planning:
    """A coordinator that listens, and how homes find it and trust each other."""

    server: CoordinationServer
    meeting: Meeting
    side: Callable[[HomeSolver], PlanningSide]

    def planner(self, solver: HomeSolver, identity: ClientIdentity, party_id: str) -> Planner:
        return Planner(self.meeting, identity, party_id, solver.home.slots, self.side(solver))


async def _planning(
    stack: AsyncExitStack, members: Members, off_ledger: OffLedger | None
) -> _Planning | None:
    """Let a coordinator listen on this machine, under a TLS root of its own."""
    if off_ledger is None:
        return None
    not_before_s = int(time.time()) - BACKDATE_S
    authority = TlsAuthority.create("coordinator TLS", not_before_s=not_before_s)
    roots = {ORGANISATION: members.homes[0].chain[-1]}
    server = await stack.enter_async_context(
        CoordinationServer(
            SESSION,
            invited=members.parties,
            roots=roots,
            method=off_ledger.method,
            tls=authority.issue_server(not_before_s=not_before_s),
            bounds=off_ledger.bounds,
        )
    )
    return _Planning(server, Meeting(server.address, authority.ca_pem, roots), off_ledger.side)


@dataclass(frozen=True, slots=True)
class _Home:
    """One home of the day: it plans off the ledger where it can, then its agent trades."""

    solver: HomeSolver
    client: AsyncClient
    party_id: str
    planner: Planner | None

    async def run(self) -> Outcome:
        start_kwh = await self.planner.plan(SESSION) if self.planner else None
        await wait_until_open(self.client, SESSION)
        agent = HomeAgent(
            self.solver, self.client, party_id=self.party_id, session_id=SESSION, start_kwh=start_kwh
        )
        return await agent.run()


async def _lead(
    coordinator: Coordinator,
    planning: _Planning | None,
    parties: Sequence[str],
    terms: Terms,
    progress: Progress,
) -> tuple[Found | None, float, SessionView]:
    """Find prices if that is wanted, open the session, and watch it to its end."""
    started = time.perf_counter()
    found = await found_by(planning.server) if planning else None
    planning_s = time.perf_counter() - started
    await coordinator.open(SESSION, homes=parties, terms=terms_after(found, terms, invited=len(parties)))
    view = await coordinator.read(SESSION)
    async for view in coordinator.follow(SESSION):
        progress(view)
    return found, planning_s, view
