"""A real ledger with a community's members on it, and sessions of their agents in any cast."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from wattloom.chaincode.accounts.records import Account, Party, Supply
from wattloom.chaincode.transactive.messages import BillOf, SessionView
from wattloom.chaincode.transactive.records import Bill, Residual
from wattloom.chaincode.transactive.terms import Terms
from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.day.members import ORGANISATION, Members
from wattloom.market.day.trading import SESSION, Way, enrol
from wattloom.market.homes.community import Community
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import HomeAgent, Outcome
from wattloom.market.transactive.coordinator import Coordinator
from wattloom.market.transactive.terms import offered_terms, registered_limit_wh
from wattloom.network.client import AsyncClient
from wattloom.network.gateway import GatewayThread
from wattloom.network.solo import LedgerFolder, SoloEngine
from wattloom.network.solo.create import create_ledger

DAY_S = 86_400


def small_community(*, homes=3, slots=6, seed=1):
    return synthetic_community(homes=homes, slots=slots, seed=seed)


class Silent(HomeAgent):
    """Joins, then never says anything again."""

    async def _decide(self, view):
        pass

    async def _answer(self, view):
        pass


class LateOnce(HomeAgent):
    """Sleeps through the second iteration."""

    async def _decide(self, view):
        if view.progress.iteration != 2:
            await super()._decide(view)


class Unconfirming(HomeAgent):
    """Takes part in every iteration, and does not answer what is proposed."""

    async def _answer(self, view):
        pass


class Stubborn(HomeAgent):
    """Takes part in every iteration, refuses whatever is proposed, and keeps its own decision."""

    def _accepts(self, proposed_wh, view):
        return False

    def _is_kept(self, trade_kwh, view):
        return True


class Leaver(HomeAgent):
    """Takes part in every iteration, and then trades nothing."""

    def _is_kept(self, trade_kwh, view):
        return False


@dataclass
class Marketplace:
    """A running ledger on which `community` may hold a session under `terms`."""

    community: Community
    members: Members
    terms: Terms
    folder: LedgerFolder
    way: Way
    solvers: list[HomeSolver]

    @property
    def parties(self):
        return self.members.parties

    def officer(self, name) -> AsyncClient:
        return self.way.client(self.members.officers[name])

    def home(self, index, *, way=None) -> AsyncClient:
        return (way or self.way).client(self.members.homes[index])

    def agent(self, index, client, kind=HomeAgent) -> HomeAgent:
        return kind(self.solvers[index], client, party_id=self.parties[index], session_id=SESSION)

    async def open(self):
        async with self.officer("coordinator") as client:
            await Coordinator(client).open(SESSION, homes=self.parties, terms=self.terms)

    async def hold(self, *, kinds: Mapping[int, type[HomeAgent]] | None = None, absent=(), ways=None):
        """Run the agents of all homes but the absent ones; return the outcomes by index."""
        kinds, ways = kinds or {}, ways or {}
        present = [index for index in range(len(self.parties)) if index not in absent]
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            running = {}
            for index in present:
                client = await stack.enter_async_context(self.home(index, way=ways.get(index)))
                agent = self.agent(index, client, kinds.get(index, HomeAgent))
                running[index] = tasks.create_task(agent.run())
            return {index: await task for index, task in running.items()}

    @property
    def paid_in_nano(self):
        """What each home's account was given: the collateral that the rules ask for."""
        return [self.terms.collateral_nano(registered_limit_wh(home)) for home in self.community.homes]

    async def accounts(self) -> list[Account]:
        async with self.officer("auditor") as client:
            return [
                await client.evaluate("accounts:statement", Party(party_id=party_id), Account)
                for party_id in self.parties
            ]

    async def view(self) -> SessionView:
        async with self.officer("auditor") as client:
            return await Coordinator(client).read(SESSION)

    async def books(self, *, absent=()) -> "Books":
        """Read everything that a session decides, as an auditor does."""
        async with self.officer("auditor") as client:
            reader = Coordinator(client)
            return Books(
                bills=[
                    await client.evaluate(
                        "transactive:read_bill", BillOf(session_id=SESSION, party_id=party_id), Bill
                    )
                    for index, party_id in enumerate(self.parties)
                    if index not in absent
                ],
                residuals=await reader.residuals(SESSION),
                accounts=await self.accounts(),
                supply=await client.evaluate("accounts:total", None, Supply),
            )


@dataclass
class Books:
    """What stands on the ledger after a session."""

    bills: list[Bill]
    residuals: list[Residual]
    accounts: list[Account]
    supply: Supply

    @property
    def decided(self):
        """Trades, prices and amounts by home, and every residual: what no crash may change."""
        bills = [
            (b.party_id, b.trades_wh.values, b.prices_nano_per_wh.values, b.amount_nano) for b in self.bills
        ]
        squares = [(r.iteration, r.primal_squared, r.dual_squared, r.late) for r in self.residuals]
        return bills, squares

    def check_conserved(self):
        """Energy and bills balance, no money was made or lost, and none is held back."""
        assert sum(bill.amount_nano for bill in self.bills) == 0
        assert not any(map(sum, zip(*(bill.trades_wh for bill in self.bills), strict=True)))
        assert sum(account.free_nano for account in self.accounts) == self.supply.total_nano
        assert not any(account.locked_nano for account in self.accounts)


@asynccontextmanager
async def marketplace(
    path: Path, community: Community, *, heartbeat_s=1.0, **changes
) -> AsyncIterator[Marketplace]:
    """Serve a new ledger on which everybody is enrolled; `changes` are those of `offered_terms`."""
    start_s = int(time.time()) - 3_600
    authority = Authority.create("community CA", organisation=ORGANISATION, not_before_s=start_s)
    members = Members.certify(community, authority, not_before_s=start_s)
    folder = create_ledger(path, chain_id="test-market", organisations=[authority])
    terms = offered_terms(community, slot_start_s=(int(time.time()) // DAY_S + 2) * DAY_S, **changes)
    solvers = [HomeSolver(home) for home in community.homes]
    with (
        SoloEngine(folder, heartbeat_s=heartbeat_s) as engine,
        GatewayThread(engine, tls=TlsIdentity.load(folder.tls_path)) as gateway,
    ):
        way = Way([gateway.address], TlsAuthority.load(folder.tls_path).ca_pem)
        await enrol(community, members, way, terms)
        yield Marketplace(community, members, terms, folder, way, solvers)


def cost_with_trading(outcome: Outcome) -> float:
    return outcome.plan.cost + outcome.bill.amount_nano / 1e9
