"""The trading of a day: members come to the ledger, rounds are held, meters report, books are read."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from wattloom.chaincode.accounts.records import Account, Party
from wattloom.chaincode.auction.messages import SlotOf
from wattloom.chaincode.auction.records import Slot
from wattloom.market.auction import rounds
from wattloom.market.auction.cast import Trader, participant, trader
from wattloom.market.auction.day.ledger import LedgerTime, MovedTime
from wattloom.market.auction.enrolment import BANK, GRID, REGISTRAR, Participant, enrol, open_market
from wattloom.market.auction.hearing import Hearing
from wattloom.market.auction.strategies.choice import StrategyName
from wattloom.market.auction.terms import AuctionTerms
from wattloom.market.day.members import ORGANISATION, Members
from wattloom.market.day.trading import Way
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Schedule
from wattloom.network.client import AsyncClient

UTILITY = f"{ORGANISATION}.{GRID}"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What stands on the ledger at the end: every slot's book, and all accounts, the utility's first."""

    traders: list[Trader]
    slots: list[Slot]
    accounts: list[Account]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A running ledger and who is to trade on it."""

    community: Community
    members: Members
    way: Way
    terms: AuctionTerms
    moved: MovedTime

    async def hold(
        self,
        plans: Sequence[Schedule],
        *,
        strategy: StrategyName,
        seed: int,
        tell: Tell,
        progress: rounds.Progress,
    ) -> Held:
        """Enrol everybody, hold the rounds and settle the day; each member has its own key and connection."""
        async with AsyncExitStack() as stack:
            officers = {
                name: await stack.enter_async_context(self.way.client(identity))
                for name, identity in self.members.officers.items()
            }
            tell("homes are registered and pay in, and the market opens")
            height = await self.open(officers)
            traders = [
                self.trader(
                    await stack.enter_async_context(self.client(number)), number, plan, strategy, seed
                )
                for number, plan in enumerate(plans)
            ]
            agents = [each.agent for each in traders]
            clock = LedgerTime(self.moved, officers["auditor"])
            tell("homes trade")
            await rounds.hold(agents, self.terms, clock, from_height=height, progress=progress)
            tell("meters report, and what deviates is paid")
            await rounds.settle(agents, [each.metered_wh() for each in traders], self.terms, clock)
            return await self._read(officers["auditor"], traders)

    async def open(self, officers: Mapping[str, AsyncClient]) -> int:
        """Enrol everybody and open the market; return the height from which on there is something to hear."""
        homes = list(map(self._participant, range(len(self.community.homes))))
        await enrol({name: officers[name] for name in (REGISTRAR, BANK)}, UTILITY, homes, self.terms)
        await open_market(officers[GRID], homes, self.terms)
        return (await officers[GRID].describe()).height + 1

    def client(self, number: int) -> AsyncClient:
        """Return a connection of a home with its own key."""
        return self.way.client(self.members.homes[number], number=number)

    def trader(
        self, client: AsyncClient, number: int, plan: Schedule, strategy: StrategyName, seed: int
    ) -> Trader:
        """Return a home that trades over a connection."""
        return trader(
            client,
            Hearing(client, self.terms.market_id),
            self._participant(number),
            self.community.homes[number],
            plan,
            terms=self.terms,
            strategy=strategy,
            seed=[seed, number],
        )

    async def _read(self, auditor: AsyncClient, traders: list[Trader]) -> Held:
        parties = [UTILITY, *(each.agent.party_id for each in traders)]
        starts = [self.terms.starts_s(slot) for slot in range(self.terms.slots)]
        market_id = self.terms.market_id
        return Held(
            traders=traders,
            slots=[
                await auditor.evaluate(
                    "auction:read_slot", SlotOf(market_id=market_id, slot_start_s=start_s), Slot
                )
                for start_s in starts
            ],
            accounts=[
                await auditor.evaluate("accounts:statement", Party(party_id=party_id), Account)
                for party_id in parties
            ],
        )

    def _participant(self, number: int) -> Participant:
        return participant(self.members.parties[number], self.community.homes[number])
