"""A community's day by auction, in memory: what each home would pay beside what it pays otherwise."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.testing import caller
from wattloom.market.auction import rounds
from wattloom.market.auction.cast import Trader, participant, trader
from wattloom.market.auction.enrolment import BANK, GRID, REGISTRAR, enrol, open_market
from wattloom.market.auction.hearing import Hearing
from wattloom.market.auction.memory import MemoryMarket
from wattloom.market.auction.strategies.choice import StrategyName
from wattloom.market.auction.terms import AuctionTerms, offered_terms
from wattloom.market.auction.trades import operating_cost
from wattloom.market.coordination.rationality import Settled
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Schedule
from wattloom.market.transactive.units import NANO

ORGANISATION = "community"
DAY_START_S = 1_700_006_400
"""A midnight (UTC); which one changes nothing."""
EVE_S = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Cleared:
    """A day in memory: its terms, everybody who trades, and the market."""

    terms: AuctionTerms
    traders: list[Trader]
    market: MemoryMarket

    def settled(self) -> Settled:
        """Return everybody's operating cost, and bill of neighbours, (N,), $."""
        costs = [operating_cost(each.home, each.plan, each.agent.trades) for each in self.traders]
        bills = [int(each.agent.trades.neighbours_nano.sum()) / NANO for each in self.traders]
        return Settled(np.array(costs), np.array(bills))


def clear_day(
    community: Community,
    plans: Sequence[Schedule],
    *,
    strategy: StrategyName = StrategyName.TARIFF,
    pricing: Pricing = Pricing.PAY_AS_OFFER,
    seed: int = 1,
) -> Cleared:
    """Hold a day's rounds in memory: every home trades what its stand-alone plan draws or has left.

    Raises
    ------
    CannotAuction : see `offered_terms`
    """
    terms = offered_terms(community, slot_start_s=DAY_START_S, pricing=pricing)
    return asyncio.run(_clear(community, plans, terms, strategy, seed))


async def _clear(
    community: Community,
    plans: Sequence[Schedule],
    terms: AuctionTerms,
    strategy: StrategyName,
    seed: int,
) -> Cleared:
    day = await prepare(community, plans, terms, strategy=strategy, seed=seed)
    agents = [each.agent for each in day.traders]
    await rounds.hold(agents, terms, day.market, from_height=1, progress=lambda _: None)
    await rounds.settle(agents, [each.metered_wh() for each in day.traders], terms, day.market)
    return day


async def prepare(
    community: Community,
    plans: Sequence[Schedule],
    terms: AuctionTerms,
    *,
    strategy: StrategyName,
    seed: int,
) -> Cleared:
    """Return a market in memory that is open, and homes that have traded nothing yet."""
    market = MemoryMarket(time_s=terms.slot_start_s - EVE_S)
    grid = caller(f"{ORGANISATION}.{GRID}", "utility")
    officers = {
        REGISTRAR: market.port(caller(f"{ORGANISATION}.registrar", "registrar")),
        BANK: market.port(caller(f"{ORGANISATION}.bank", "settlement-agent")),
    }
    homes = [
        participant(f"{ORGANISATION}.home{number:04d}", home)
        for number, home in enumerate(community.homes, start=1)
    ]
    await enrol(officers, grid.party_id, homes, terms)
    await open_market(market.port(grid), homes, terms)
    hearing = Hearing(officers[REGISTRAR], terms.market_id)
    traders = [
        trader(
            market.port(caller(known.party_id, "home")),
            hearing,
            known,
            home,
            plan,
            terms=terms,
            strategy=strategy,
            seed=[seed, number],
        )
        for number, (known, home, plan) in enumerate(zip(homes, community.homes, plans, strict=True))
    ]
    return Cleared(terms, traders, market)
