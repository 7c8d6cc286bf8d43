"""A day whose homes find their trades by second-order coordination, over the network and in masked sums."""

import numpy as np
import pytest

from tests.market.transactive.marketplace import marketplace, small_community
from wattloom.market.coordination.second_order.errors import BadQuestion
from wattloom.market.coordination.second_order.homes import Homes, HomeSide
from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.day.coordination import CoordinationName, off_ledger, second_order
from wattloom.market.day.run import run_day
from wattloom.market.day.trading import OffLedger, trade
from wattloom.market.homes.central import solve_central

SLOTS = 8


def quiet(_):
    pass


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """The same day under each kind of coordination."""
    community = small_community(homes=4, slots=SLOTS)
    return {
        name: run_day(
            community,
            tmp_path_factory.mktemp("day") / "ledger",
            coordination=name,
            tell=quiet,
            progress=quiet,
        )
        for name in CoordinationName
    }


def test_every_check_holds_whichever_way_trades_are_found(days):
    for day in days.values():
        assert not day.failed


def test_the_ledger_admits_what_second_order_coordination_found(days):
    day = days[CoordinationName.SECOND_ORDER]
    assert day.iterations == 1
    assert day.planning.homes == 4
    assert day.planning.exchanges >= day.planning.rounds > 3
    assert day.planning.bytes_received > 4 * 16 * SLOTS * day.planning.exchanges


def test_both_ways_come_to_the_same_day_with_fewer_transactions(days):
    one, other = days.values()
    assert other.price == pytest.approx(one.price, abs=1e-4)
    assert other.cost_with_trading == pytest.approx(one.cost_with_trading, rel=1e-5)
    assert other.ledger.transactions < one.ledger.transactions / 3


def test_without_second_order_coordination_nothing_happens_before_the_session(days):
    assert days[CoordinationName.ADMM].planning is None
    assert off_ledger(CoordinationName.ADMM, slots=SLOTS) is None


class GivesUp(HomeSide):
    """Cannot answer from its fifth question on."""

    questions = 0

    def answer(self, question):
        self.questions += 1
        if self.questions == 5:
            raise BadQuestion(problem="is one too many")
        return super().answer(question)


async def test_the_others_find_prices_when_a_home_gives_up_and_all_trade_at_the_optimum(tmp_path):
    community = small_community(homes=4, slots=SLOTS)
    kinds = iter([HomeSide, GivesUp, HomeSide, HomeSide])
    before = OffLedger(second_order(SLOTS), side=lambda solver: next(kinds)(solver.home))
    async with marketplace(tmp_path / "ledger", community) as market:
        traded = await trade(
            market.solvers, market.members, market.way, market.terms, quiet, off_ledger=before
        )
    assert (traded.found.homes, traded.found.drop_outs) == (3, 1)
    cost = sum(outcome.cost_before_rounding for outcome in traded.outcomes)
    assert cost == pytest.approx(solve_central(community.homes).cost, rel=1e-6)


def test_after_a_drop_out_no_home_answers_what_it_has_answered(tmp_path):
    """Homes of one process answer every question; the starts of two attempts have no sum in common."""
    method = second_order(SLOTS)
    homes = Homes(small_community(homes=4, slots=SLOTS).homes)
    first, again = (next(method.begin(4 - attempt)) for attempt in range(2))
    assert first.kind is again.kind is Kind.START
    apart = np.abs(homes.answers(first)[0] - homes.answers(again)[0])
    assert (apart.max(axis=1) > 1e-3).all()
