"""A home's agent that crashes amid a day on a real ledger, and one that comes late."""

from contextlib import AsyncExitStack, asynccontextmanager

import numpy as np

from tests.market.transactive.samples import random_community
from wattloom.market.auction import rounds
from wattloom.market.auction.day.ledger import LedgerTime, MovedLedger, MovedTime
from wattloom.market.auction.day.run import HOUR_S, last_day_s
from wattloom.market.auction.day.stage import Stage
from wattloom.market.auction.strategies import StrategyName
from wattloom.market.auction.terms import offered_terms
from wattloom.market.day.members import Members
from wattloom.market.homes.solver import HomeSolver


@asynccontextmanager
async def staged(path):
    """Yield a stage whose market is open, the officers, its time, and the height to hear from."""
    community = random_community(3, slots=3)
    terms = offered_terms(community, slot_start_s=last_day_s(community))
    ledger = MovedLedger(path / "ledger", MovedTime(terms.opens_s(0) - HOUR_S))
    members = Members.certify(community, ledger.authority, not_before_s=ledger.not_before_s)
    with ledger.running() as way:
        stage = Stage(community, members, way, terms, ledger.moved)
        async with AsyncExitStack() as stack:
            officers = {
                name: await stack.enter_async_context(way.client(identity))
                for name, identity in members.officers.items()
            }
            height = await stage.open(officers)
            yield stage, LedgerTime(stage.moved, officers["auditor"]), height


async def test_an_agent_that_lost_all_memory_goes_on_from_what_stands_on_the_ledger(tmp_path):
    async with staged(tmp_path) as (stage, clock, height), AsyncExitStack() as stack:
        plans = [HomeSolver(home).stand_alone() for home in stage.community.homes]

        async def started(number):
            client = await stack.enter_async_context(stage.client(number))
            return stage.trader(client, number, plans[number], StrategyName.TARIFF, 1)

        async def hold(traders, slots):
            agents = [each.agent for each in traders]
            await rounds.hold(
                agents, stage.terms, clock, from_height=height, progress=lambda _: None, slots=slots
            )

        traders = [await started(number) for number in range(len(plans))]
        await hold(traders, [0])
        crashed = traders[0]
        await clock.wait_until(stage.terms.opens_s(1))
        await crashed.agent.order(1)
        traders[0] = await started(0)
        await hold(traders, [1, 2])
        assert [each.agent.trades.missed for each in traders] == [[]] * len(traders)
        bought = [each.agent.trades.neighbours_wh for each in (crashed, *traders)]
        assert not np.sum(bought, axis=0).any()
        assert np.abs(traders[0].agent.trades.neighbours_wh[1:]).sum() > 0


async def test_a_home_that_comes_only_after_the_gate_is_told_so_and_left_to_the_grid(tmp_path):
    async with staged(tmp_path) as (stage, clock, height), AsyncExitStack() as stack:
        plan = HomeSolver(stage.community.homes[0]).stand_alone()
        client = await stack.enter_async_context(stage.client(0))
        late = stage.trader(client, 0, plan, StrategyName.TARIFF, 1)
        await clock.wait_until(stage.terms.gate_s(1))
        await rounds.hold(
            [late.agent], stage.terms, clock, from_height=height, progress=lambda _: None, slots=[1]
        )
        assert late.agent.trades.missed == ["order 1: BOOK_CLOSED"]
        assert not late.agent.trades.neighbours_wh.any()
