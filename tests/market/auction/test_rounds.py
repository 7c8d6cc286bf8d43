"""Rounds of a market: who comes late, crashes or is not answered is left to the grid, and disturbs nobody."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from tests.market.auction.samples import planned
from wattloom.chaincode.metering.messages import HomePeriod
from wattloom.chaincode.metering.records import DeviationBill
from wattloom.chaincode.testing import caller
from wattloom.market.auction import rounds
from wattloom.market.auction.agent import AuctionAgent
from wattloom.market.auction.cast import participant, trader
from wattloom.market.auction.counterfactual import DAY_START_S, prepare
from wattloom.market.auction.hearing import Hearing
from wattloom.market.auction.strategies import StrategyName
from wattloom.market.auction.terms import offered_terms
from wattloom.network.client import NotAnswered

AUDITOR = caller("community.auditor", "auditor")
NOON = range(10, 13)
"""Slots in which some homes have sun to sell."""


async def opened(strategy=StrategyName.TARIFF):
    """Return a day whose market is open and in which nothing has been traded."""
    community, plans = planned()
    terms = offered_terms(community, slot_start_s=DAY_START_S)
    return await prepare(community, plans, terms, strategy=strategy, seed=1)


async def held(day, traders, slots=NOON):
    agents = [each.agent for each in traders]
    await rounds.hold(agents, day.terms, day.market, from_height=1, progress=lambda _: None, slots=slots)
    return [each.agent.trades for each in traders]


def with_agent(trader, kind, *args):
    """Return a trader whose agent is of another kind."""
    trader.agent.__class__ = kind
    for name, value in args:
        setattr(trader.agent, name, value)
    return trader


def anew(day, old, *, number):
    """Return a home whose agent has been started again: it knows its key, its plan and nothing else."""
    port = day.market.port(caller(old.agent.party_id, "home"))
    return trader(
        port,
        Hearing(port, day.terms.market_id),
        participant(old.agent.party_id, old.home),
        old.home,
        old.plan,
        terms=day.terms,
        strategy=StrategyName.TARIFF,
        seed=[9, number],
    )


class Late(AuctionAgent):
    """Orders once the gate has closed, in slot 11."""

    market = None

    async def order(self, slot):
        if slot == 11:
            await self.market.wait_until(self.terms.gate_s(slot))
        await super().order(slot)


async def test_who_orders_too_late_is_left_to_the_grid_and_others_trade():
    day = await opened()
    late = with_agent(day.traders[-1], Late, ("market", day.market), ("terms", day.terms))
    trades = await held(day, day.traders)
    assert late.agent.trades.missed == ["order 11: BOOK_CLOSED"]
    assert [each.missed for each in trades[:-1]] == [[]] * 4
    assert not np.sum([each.neighbours_wh for each in trades], axis=0).any()
    assert sum(int(each.neighbours_wh[11].clip(0)) for each in trades) > 0


async def test_a_home_that_is_away_for_the_day_disturbs_nobody():
    day = await opened()
    trades = await held(day, day.traders[1:])
    assert [each.missed for each in trades] == [[]] * 4
    assert sum(int(each.neighbours_wh.clip(0).sum()) for each in trades) > 500


async def test_an_agent_that_is_started_again_goes_on_with_the_next_slots():
    day = await opened(StrategyName.LEARNING)
    before = await held(day, day.traders, NOON[:1])
    restarted = [*day.traders[:-1], anew(day, day.traders[-1], number=4)]
    after = await held(day, restarted, NOON[1:])
    assert after[-1].missed == []
    traded = [each.neighbours_wh for each in after[:-1]] + [
        before[-1].neighbours_wh + after[-1].neighbours_wh
    ]
    assert not np.sum(traded, axis=0).any()
    assert all((np.abs(each) > 0).any() for each in np.array(traded)[:, list(NOON)].T)


async def test_an_agent_that_crashes_after_ordering_orders_nothing_twice_and_hears_what_it_got():
    day, slot = await opened(), 11
    agents = [each.agent for each in day.traders]
    await day.market.wait_until(day.terms.opens_s(slot))
    for agent in agents:
        await agent.order(slot)
    fresh = anew(day, day.traders[0], number=0).agent
    height = day.market.ledger.height
    await fresh.order(slot)
    assert day.market.ledger.height == height
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(fresh.hearing.listen(1))
        await day.market.wait_until(day.terms.gate_s(slot))
        await fresh.learn(slot)
        assert await fresh.ask(slot) is None or fresh.expected_wh[slot] > 0
        listening.cancel()
    assert fresh.trades.neighbours_wh[slot] != 0


async def test_a_request_that_was_made_before_a_crash_is_not_made_again():
    day, slot = await opened(), 3
    agent = next(each.agent for each in day.traders if each.agent.expected_wh[slot] > 0)
    await day.market.wait_until(day.terms.gate_s(slot))
    assert await agent.ask(slot) is not None
    number = [each.agent for each in day.traders].index(agent)
    assert await anew(day, day.traders[number], number=number).agent.ask(slot) is None


class Unreachable:
    """A port to a gateway that does not answer."""

    async def evaluate(self, *_):
        raise NotAnswered("nobody is there")


async def test_a_home_whose_gateway_does_not_answer_misses_its_steps_alone():
    day = await opened()
    day.traders[0].agent._port = Unreachable()
    trades = await held(day, day.traders, NOON[:1])
    assert trades[0].missed == [f"{step} 10: NotAnswered" for step in ("order", "learn", "ask")]
    assert [each.missed for each in trades[1:]] == [[]] * 4


async def test_a_bug_in_one_agent_ends_the_rounds_with_its_own_error():
    day = await opened()
    day.traders[0].agent.expected_wh = None
    with pytest.raises(ExceptionGroup) as failure:
        await held(day, day.traders)
    assert failure.group_contains(TypeError)


async def test_a_home_that_draws_more_than_it_bought_pays_the_grid_for_it():
    day = await opened()
    agents = [each.agent for each in day.traders]
    await held(day, day.traders, range(day.terms.slots))
    metered = [each.metered_wh() for each in day.traders]
    slot = int(np.argmax(agents[0].expected_wh))
    metered[0] = metered[0] + np.eye(day.terms.slots, dtype=np.int64)[slot] * 100
    await rounds.settle(agents, metered, day.terms, day.market)
    asked = HomePeriod(party_id=agents[0].party_id, slot_start_s=day.terms.slot_start_s)
    bill = day.market.ledger.evaluate(AUDITOR, "metering:read_bill", asked, DeviationBill)
    extra_nano = 100 * int(day.terms.grid_nano_per_wh[slot])
    assert bill.amount_nano == agents[0].trades.deviation_nano == bill.paid_nano
    honest = replace(day.traders[0]).metered_wh()
    surplus_nano = int((np.minimum(honest, 0) * day.terms.feed_in_nano_per_wh).sum())
    sold_nano = int((np.minimum(agents[0].trades.neighbours_wh, 0) * day.terms.feed_in_nano_per_wh).sum())
    assert bill.amount_nano == surplus_nano - sold_nano + extra_nano
