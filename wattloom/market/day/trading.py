"""The trading of a day: members come to the ledger, a session runs, every home gets its bill."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from wattloom.chaincode.accounts.records import Amount, Party
from wattloom.chaincode.registry.records import Home as RegisteredHome
from wattloom.chaincode.transactive.messages import SessionView
from wattloom.chaincode.transactive.records import Residual
from wattloom.chaincode.transactive.terms import Terms
from wattloom.identity.credentials import ClientIdentity
from wattloom.market.day.members import Members
from wattloom.market.homes.community import Community
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import HomeAgent, Outcome
from wattloom.market.transactive.coordinator import Coordinator
from wattloom.market.transactive.terms import registered_limit_wh
from wattloom.network.client import AsyncClient

SESSION = "day-1"

Progress = Callable[[SessionView], None]


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach the ledger: its gateways' addresses, and the root that vouches for them (PEM)."""

    addresses: Sequence[str]
    ca_certificate: bytes

    def client(self, identity: ClientIdentity, *, number: int = 0) -> AsyncClient:
        """Return a member's client; numbers spread the members over the gateways."""
        first = number % len(self.addresses)
        turned = [*self.addresses[first:], *self.addresses[:first]]
        return AsyncClient(turned, ca_certificate=self.ca_certificate, identity=identity)


@dataclass(frozen=True, slots=True)
class Traded:
    """How the session ended: an outcome per home, in the community's order, and its residual log."""

    view: SessionView
    outcomes: list[Outcome]
    residuals: list[Residual]


async def enrol(community: Community, members: Members, way: Way, terms: Terms) -> None:
    """Register every home, open its account, and pay in what its collateral needs."""
    async with way.client(members.officers["registrar"]) as registrar:
        for party_id, home in zip(members.parties, community.homes, strict=True):
            registered = RegisteredHome(party_id=party_id, limit_wh=registered_limit_wh(home))
            await registrar.submit("registry:register_home", registered)
            await registrar.submit("accounts:open", Party(party_id=party_id))
    async with way.client(members.officers["utility"]) as utility:
        for party_id, home in zip(members.parties, community.homes, strict=True):
            collateral_nano = terms.slots * registered_limit_wh(home) * terms.price_cap_nano_per_wh
            await utility.submit("accounts:mint", Amount(party_id=party_id, amount_nano=collateral_nano))


async def trade(
    solvers: list[HomeSolver],
    members: Members,
    way: Way,
    terms: Terms,
    progress: Progress,
) -> Traded:
    """Run one session with every home's agent, each over its own connection with its own key."""
    async with AsyncExitStack() as stack:
        coordinator = Coordinator(
            await stack.enter_async_context(way.client(members.officers["coordinator"]))
        )
        await coordinator.open(SESSION, homes=members.parties, terms=terms)
        agents = [
            HomeAgent(
                solver,
                await stack.enter_async_context(way.client(identity, number=number)),
                party_id=party_id,
                session_id=SESSION,
            )
            for number, (solver, identity, party_id) in enumerate(
                zip(solvers, members.homes, members.parties, strict=True)
            )
        ]
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(_watch(coordinator, progress))
                running = [tasks.create_task(agent.run()) for agent in agents]
        except ExceptionGroup as failures:  # the first tells what went wrong; the others follow from it
            raise failures.exceptions[0] from None
        return Traded(
            view=watching.result(),
            outcomes=[task.result() for task in running],
            residuals=await coordinator.residuals(SESSION),
        )


async def _watch(coordinator: Coordinator, progress: Progress) -> SessionView:
    view = await coordinator.read(SESSION)
    async for view in coordinator.follow(SESSION):
        progress(view)
    return view
