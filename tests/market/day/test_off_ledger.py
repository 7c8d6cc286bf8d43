"""Sessions that start from a plan found off the ledger, and those that go on without one."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import numpy as np
import pytest

from tests.market.coordination.service.sums_admm import AdmmSide, sums_admm
from tests.market.transactive.marketplace import cost_with_trading, marketplace, small_community
from wattloom.chaincode.transactive.records import Phase
from wattloom.identity.tls import TlsAuthority
from wattloom.market.coordination.second_order.messages import Answer, Kind, Question
from wattloom.market.coordination.service.coordinator import CoordinationServer
from wattloom.market.coordination.service.errors import GivenUp
from wattloom.market.coordination.service.method import Method
from wattloom.market.coordination.service.records import Bounds
from wattloom.market.coordination.service.taking_part import Meeting
from wattloom.market.day.trading import SESSION, OffLedger, trade
from wattloom.market.homes.central import solve_central
from wattloom.market.transactive.off_ledger import Planner, wait_until_open

SLOTS = 6
METHOD = sums_admm(SLOTS)
PATIENT = Bounds(join_s=20.0, answer_s=30.0)


@pytest.fixture(scope="module")
def community():
    return small_community(homes=4, slots=SLOTS)


@pytest.fixture(scope="module")
def optimum(community):
    return solve_central(community.homes)


async def traded(path, community, off_ledger):
    async with marketplace(path / "ledger", community) as market:
        found = await trade(
            market.solvers, market.members, market.way, market.terms, lambda _: None, off_ledger=off_ledger
        )
        (await market.books()).check_conserved()
        return found


def check_optimal(traded, optimum):
    assert traded.view.progress.phase is Phase.SETTLED
    assert traded.view.progress.converged
    before = sum(outcome.cost_before_rounding for outcome in traded.outcomes)
    assert before == pytest.approx(optimum.cost, rel=1e-6)
    assert sum(map(cost_with_trading, traded.outcomes)) == pytest.approx(optimum.cost, rel=1e-4)


async def test_the_ledger_admits_a_plan_in_one_iteration(tmp_path, community, optimum):
    found = await traded(tmp_path, community, OffLedger(METHOD, AdmmSide, PATIENT))
    assert found.view.progress.iteration == 1
    assert found.found.rounds == found.found.exchanges > 10
    check_optimal(found, optimum)


async def test_a_wrong_plan_is_not_admitted_and_the_session_finds_the_optimum(tmp_path, community, optimum):
    """The coordinator tells prices that are a cent off."""

    def liar(homes):
        conclusion = yield from METHOD.begin(homes)
        return replace(conclusion, prices_per_kwh=conclusion.prices_per_kwh + 0.01)

    found = await traded(tmp_path, community, OffLedger(Method(liar, METHOD.shape), AdmmSide, PATIENT))
    assert found.view.progress.iteration > 1
    check_optimal(found, optimum)


class NoNumbers(AdmmSide):
    """Has no number to give from its third question on."""

    def answer(self, question):
        answer = super().answer(question)
        if self.questions > 2:
            return Answer(addends=np.full(SLOTS, np.nan), vetoes=answer.vetoes)
        return answer


async def test_a_home_that_drops_out_of_the_planning_still_trades(tmp_path, community, optimum):
    sides = iter([NoNumbers, AdmmSide, AdmmSide, AdmmSide])
    off_ledger = OffLedger(METHOD, lambda solver: next(sides)(solver), PATIENT)
    found = await traded(tmp_path, community, off_ledger)
    assert (found.found.homes, found.found.drop_outs) == (3, 1)
    check_optimal(found, optimum)


async def test_homes_whose_coordinator_dies_trade_in_the_session_that_another_opens(
    tmp_path, community, optimum
):
    asked = asyncio.Event()

    def dying(homes):
        totals = yield next(METHOD.begin(homes))
        asked.set()
        while True:
            totals = yield Question(kind=Kind.MOVE, values=np.concatenate([np.full(SLOTS, 0.1), totals.sums]))

    tls = TlsAuthority.create("TLS", not_before_s=int(time.time()) - 3_600)
    async with marketplace(tmp_path / "ledger", community) as market, AsyncExitStack() as stack:
        roots = {"community": market.members.homes[0].chain[-1]}
        server = CoordinationServer(
            SESSION,
            invited=market.parties,
            roots=roots,
            method=Method(dying, METHOD.shape),
            tls=tls.issue_server(not_before_s=int(time.time()) - 3_600),
        )
        await stack.enter_async_context(server)
        meeting = Meeting(server.address, tls.ca_pem, roots)

        async def home(index):
            side = AdmmSide(market.solvers[index])
            identity, party_id = market.members.homes[index], market.parties[index]
            assert await Planner(meeting, identity, party_id, SLOTS, side).plan(SESSION) is None
            client = await stack.enter_async_context(market.home(index))
            await wait_until_open(client, SESSION)
            return await market.agent(index, client).run()

        homes = [asyncio.create_task(home(index)) for index in range(4)]
        leading = asyncio.create_task(server.lead())
        await asked.wait()
        await server._server.stop(None)
        leading.cancel()
        await market.open()
        outcomes = await asyncio.gather(*homes)
    assert sum(map(cost_with_trading, outcomes)) == pytest.approx(optimum.cost, rel=1e-4)


async def test_without_a_result_the_plain_session_is_held(tmp_path, community, optimum):
    def failing(homes):
        yield next(METHOD.begin(homes))
        raise GivenUp("no step is small enough")

    found = await traded(tmp_path, community, OffLedger(Method(failing, METHOD.shape), AdmmSide, PATIENT))
    assert found.found is None
    assert found.view.session.terms.relaxation_fifths == 8
    check_optimal(found, optimum)
