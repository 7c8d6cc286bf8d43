"""Homes and coordinator over the network: what they find, and what happens when somebody fails."""

import asyncio
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.coordination.service.samples import (
    AUTHORITY,
    METHOD,
    PARTIES,
    SERVER_TLS,
    SLOTS,
    START_S,
    VETOES,
    Leaves,
    Linear,
    attend,
    clearing_prices,
    coordinator,
    linear,
    turned,
)
from wattloom.identity.certificates import Authority
from wattloom.market.coordination.masking.errors import NotRepresentable
from wattloom.market.coordination.second_order.messages import Answer, Kind, Question
from wattloom.market.coordination.service.coordinator import CoordinationServer
from wattloom.market.coordination.service.errors import (
    CoordinatorGone,
    GivenUp,
    Malformed,
    NotInvited,
    NotListening,
    TooFewHomes,
    TooLate,
    TurnedAway,
)
from wattloom.market.coordination.service.method import Conclusion, Method


class Hangs(Linear):
    """Does not answer its second question until `released`; `reached` tells that it has been asked."""

    def answer(self, question):
        if self.asked:
            self.reached.set()
            self.released.wait()
        return super().answer(question)


class WrongSize(Linear):
    """Answers with one number too many."""

    def answer(self, question):
        answer = super().answer(question)
        return Answer(addends=np.append(answer.addends, 1.0), vetoes=answer.vetoes)


class NoNumber(Linear):
    """Answers with what is no number."""

    def answer(self, question):
        return Answer(addends=np.full(2 * SLOTS, np.nan), vetoes=np.zeros(VETOES, bool))


async def ended(tasks):
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_all_find_the_same_and_it_is_what_plain_sums_give():
    sides = [linear(index) for index in range(5)]
    async with coordinator() as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        found = await server.lead()
        told = await ended(homes)
    assert found.prices_per_kwh == pytest.approx(clearing_prices(sides), abs=1e-12)
    assert (found.rho, found.homes, found.rounds, found.exchanges, found.drop_outs) == (0.5, 5, 3, 3, 0)
    for each in told:
        assert each.prices_per_kwh.tolist() == found.prices_per_kwh.tolist()
        assert (each.homes, each.rounds, each.exchanges) == (5, 3, 3)


async def test_the_others_start_over_when_a_home_is_killed():
    sides = [linear(0), turned(Leaves, 1), *(linear(index) for index in (2, 3, 4))]
    async with coordinator() as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        sides[1].part = homes[1]
        found = await server.lead()
        told = await ended(homes)
    rest = sides[:1] + sides[2:]
    assert found.prices_per_kwh == pytest.approx(clearing_prices(rest), abs=1e-12)
    assert (found.homes, found.rounds, found.exchanges, found.drop_outs) == (4, 3, 4, 1)
    assert isinstance(told[1], asyncio.CancelledError)
    assert all(each.homes == 4 for index, each in enumerate(told) if index != 1)
    assert all(side.asked[-3].values.tolist() == [4.0] * SLOTS for side in rest)


@given(st.dictionaries(st.integers(0, 4), st.integers(0, 3), max_size=2))
@settings(max_examples=15, deadline=None)
def test_whoever_leaves_at_whichever_question_the_rest_find_their_own_prices(leaving):
    """At most two of five homes leave, each when it has answered so many questions."""
    sides = [turned(Leaves, index) for index in range(5)]

    async def session():
        async with coordinator() as server:
            homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
            for index, (side, part) in enumerate(zip(sides, homes, strict=True)):
                side.at, side.part = leaving.get(index), part
            return await server.lead(), await ended(homes)

    found, told = asyncio.run(session())
    stayed = [side for side, each in zip(sides, told, strict=True) if not isinstance(each, BaseException)]
    assert found.homes == len(stayed) == 5 - found.drop_outs
    assert found.prices_per_kwh == pytest.approx(clearing_prices(stayed), abs=1e-12)
    assert {0, 1, 2} & set(leaving.values()) == set() or found.drop_outs > 0


async def test_a_home_that_misses_the_deadline_is_turned_away(released):
    sides = [linear(0), linear(1), linear(2), turned(Hangs, 3)]
    sides[3].released, sides[3].reached = released, threading.Event()
    async with coordinator(invited=PARTIES[:4], answer_s=1.5) as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        found = await server.lead()
        released.set()
        told = await ended(homes)
    assert (found.homes, found.drop_outs) == (3, 1)
    assert isinstance(told[3], TooLate)


@pytest.mark.parametrize(("kind", "refusal"), [(WrongSize, Malformed), (NoNumber, NotRepresentable)])
async def test_a_home_that_answers_garbage_is_dropped_and_nobody_else(kind, refusal):
    sides = [*(linear(index) for index in range(3)), turned(kind, 3)]
    async with coordinator(invited=PARTIES[:4]) as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        found = await server.lead()
        told = await ended(homes)
    assert found.prices_per_kwh == pytest.approx(clearing_prices(sides[:3]), abs=1e-12)
    assert (found.homes, found.drop_outs) == (3, 1)
    assert isinstance(told[3], refusal)


async def test_homes_are_told_when_too_few_are_left():
    sides = [linear(0), linear(1), turned(Leaves, 2)]
    async with coordinator(invited=PARTIES[:3]) as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        sides[2].part = homes[2]
        with pytest.raises(TooFewHomes):
            await server.lead()
        told = await ended(homes)
    assert all(isinstance(each, GivenUp) for each in told[:2])


async def test_a_session_with_more_drop_outs_than_allowed_is_given_up():
    sides = [*(linear(index) for index in range(4)), turned(Leaves, 4)]
    async with coordinator(drop_outs=0) as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        sides[4].part = homes[4]
        with pytest.raises(GivenUp, match="dropped out"):
            await server.lead()
        assert all(isinstance(each, GivenUp) for each in (await ended(homes))[:4])


async def test_who_comes_in_time_coordinates_without_the_absent():
    sides = [linear(index) for index in range(3)]
    async with coordinator(join_s=2.0) as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        assert (await server.lead()).homes == 3
        assert all(each.homes == 3 for each in await ended(homes))


async def test_without_homes_there_is_no_coordination():
    async with coordinator(join_s=0.1) as server:
        with pytest.raises(TooFewHomes, match="0 homes"):
            await server.lead()


async def test_a_coordinator_that_dies_leaves_homes_with_a_typed_error(released):
    """Its process ends while a question is open: every home learns that at once."""
    sides = [linear(0), linear(1), turned(Hangs, 2)]
    sides[2].released, sides[2].reached = released, threading.Event()
    async with coordinator(invited=PARTIES[:3]) as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        leading = asyncio.create_task(server.lead())
        await asyncio.to_thread(sides[2].reached.wait)
        await server._server.stop(None)
        released.set()
        told = await ended(homes)
        leading.cancel()
    assert all(isinstance(each, CoordinatorGone) for each in told)


async def test_a_coordinator_that_is_not_there_or_says_nothing_is_gone():
    async with coordinator() as server:
        silent = attend(server.address, 0, linear(0), silence_s=0.3)
        assert isinstance((await ended([silent]))[0], CoordinatorGone)
        address = server.address
    absent = attend(address, 0, linear(0), silence_s=0.3)
    assert isinstance((await ended([absent]))[0], CoordinatorGone)


async def test_only_invited_homes_with_their_own_certificate_get_a_place():
    impostor = Authority.create("CA", organisation="community", not_before_s=START_S).issue_client(
        "home0001", role="home", not_before_s=START_S
    )
    officer = AUTHORITY.issue_client("home0001", role="coordinator", not_before_s=START_S)
    async with coordinator(invited=PARTIES[:4]) as server:
        strangers = [attend(server.address, 0, linear(0), identity=each) for each in (impostor, officer)]
        uninvited = attend(server.address, 4, linear(4))
        told = await ended([*strangers, uninvited])
    assert [type(each) for each in told] == [TurnedAway, TurnedAway, NotInvited]


async def test_nobody_takes_a_home_s_place_while_it_is_there():
    async with coordinator() as server:
        both = [attend(server.address, 0, linear(0)) for _ in range(2)]
        done, waiting = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        assert [type(task.exception()) for task in done] == [TooLate]
        waiting.pop().cancel()


async def test_a_home_may_come_again_as_long_as_joining_lasts():
    async with coordinator(invited=PARTIES[:3]) as server:
        both = [attend(server.address, 0, linear(0)) for _ in range(2)]
        _, placed = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        placed.pop().cancel()
        others = [attend(server.address, index, linear(index)) for index in (1, 2)]
        leading = asyncio.create_task(server.lead())
        again = None
        while not leading.done():  # turned away until the coordinator, too, has seen the first one go
            again = attend(server.address, 0, linear(0))
            await asyncio.wait([again, leading], return_when=asyncio.FIRST_COMPLETED)
        assert leading.result().homes == 3
        assert all(each.homes == 3 for each in await ended([*others, again]))


async def test_a_method_that_fails_ends_the_session_for_all():
    def failing(homes):
        yield Question(kind=Kind.CHECK, values=np.zeros(SLOTS))
        raise GivenUp("no step is small enough")

    method = Method(begin=failing, shape=METHOD.shape)
    async with coordinator(invited=PARTIES[:3], method=method) as server:
        homes = [attend(server.address, index, linear(index)) for index in range(3)]
        with pytest.raises(GivenUp, match="no step"):
            await server.lead()
        assert all("no step" in str(each) for each in await ended(homes))


async def test_a_result_with_a_price_that_is_none_is_not_believed():
    def odd(homes):
        yield Question(kind=Kind.CHECK, values=np.zeros(SLOTS))
        return Conclusion(prices_per_kwh=np.array([1.0, np.nan]), rho=0.5, rounds=1)

    method = Method(begin=odd, shape=METHOD.shape)
    async with coordinator(invited=PARTIES[:3], method=method) as server:
        homes = [attend(server.address, index, linear(index)) for index in range(3)]
        await server.lead()
        assert all("finite prices" in str(each) for each in await ended(homes))


async def test_two_coordinators_on_one_port_are_an_error():
    async with coordinator() as server:
        rival = CoordinationServer(
            "day-1", invited=(), roots={}, method=METHOD, tls=SERVER_TLS, address=server.address
        )
        with pytest.raises(NotListening):
            await rival.__aenter__()
