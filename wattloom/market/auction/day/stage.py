"""The trading of a day: members come to the ledger, rounds are held, meters report, books are read."""

from collections.abc import Callable, Sequence
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
            height = await self._open(officers)
            traders = await self._traders(stack, plans, strategy=strategy, seed=seed)
            agents = [each.agent for each in traders]
            clock = LedgerTime(self.moved, officers["auditor"])
            tell("homes trade")
            await rounds.hold(agents, self.terms, clock, from_height=height, progress=progress)
            tell("meters report, and what deviates is paid")
            await rounds.settle(agents, [each.metered_wh() for each in traders], self.terms, clock)
            return await self._read(officers["auditor"], traders)

    async def _open(self, officers: dict[str, AsyncClient]) -> int:
        """Return the height from which on there is something to hear."""
        homes = self._participants()
        await enrol({name: officers[name] for name in (REGISTRAR, BANK)}, UTILITY, homes, self.terms)
        await open_market(officers[GRID], homes, self.terms)
        return (await officers[GRID].describe()).height + 1

    async def _traders(
        self, stack: AsyncExitStack, plans: Sequence[Schedule], *, strategy: StrategyName, seed: int
    ) -> list[Trader]:
        cast = zip(self._participants(), self.members.homes, self.community.homes, plans, strict=True)
        traders = []
        for number, (known, identity, home, plan) in enumerate(cast):
            client = await stack.enter_async_context(self.way.client(identity, number=number))
            hearing = Hearing(client, self.terms.market_id)
            traders.append(
                trader(
                    client,
                    hearing,
                    known,
                    home,
                    plan,
                    terms=self.terms,
                    strategy=strategy,
                    seed=[seed, number],
                )
            )
        return traders

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

    def _participants(self) -> list[Participant]:
        return [
            participant(party_id, home)
            for party_id, home in zip(self.members.parties, self.community.homes, strict=True)
        ]
