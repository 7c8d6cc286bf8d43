"""A home's answers."""

import numpy as np
import pytest

from tests.market.coordination.second_order.samples import SLOTS, community, sides
from wattloom.market.coordination.second_order.errors import BadQuestion
from wattloom.market.coordination.second_order.homes import HomeSide
from wattloom.market.coordination.second_order.layout import answered, ask, shape
from wattloom.market.coordination.second_order.messages import Kind, total
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.home import DemandResponse, Home, Tariff
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.papers.config import MODELS

PRICE = np.linspace(0.1, 0.3, SLOTS)
NOTHING = np.zeros(SLOTS)
START = ask(Kind.START, SLOTS, price=PRICE, barrier=0.3)
QUESTIONS = [
    START,
    ask(Kind.MOVE, SLOTS, change=NOTHING + 0.01, target=0.01),
    ask(Kind.CHECK, SLOTS, price=PRICE, shift=NOTHING, relaxation=1.0, rho=0.1),
    ask(Kind.ITERATE, SLOTS, price=PRICE, shift=NOTHING, relaxation=1.6, rho=0.1),
]


def part(answer, kind, name):
    fields = answered(kind, SLOTS)
    start = sum(
        size for other, size in fields.items() if list(fields).index(other) < list(fields).index(name)
    )
    return answer.addends[start : start + fields[name]]


@pytest.mark.parametrize("model", MODELS)
def test_every_answer_has_the_stated_shape(model):
    side = HomeSide(community(model)[0])
    for question in QUESTIONS:
        answer = side.answer(question)
        assert (answer.addends.shape, answer.vetoes.shape) == tuple(
            (size,) for size in shape(question.kind, SLOTS)
        )
        assert np.isfinite(answer.addends).all()
        assert not answer.vetoes.any()


@pytest.mark.parametrize("question", QUESTIONS[1:], ids=lambda question: question.kind)
def test_a_home_is_asked_nothing_before_the_start(question):
    with pytest.raises(BadQuestion, match="before any start"):
        HomeSide(community()[0]).answer(question)


def test_a_question_for_other_slots_is_refused_and_changes_nothing():
    side, other = HomeSide(community()[0]), HomeSide(community()[0])
    side.answer(START)
    other.answer(START)
    with pytest.raises(BadQuestion, match="are needed"):
        side.answer(ask(Kind.MOVE, SLOTS + 1, change=np.zeros(SLOTS + 1), target=0.01))
    np.testing.assert_array_equal(side.answer(QUESTIONS[1]).addends, other.answer(QUESTIONS[1]).addends)


def test_a_home_whose_numbers_break_down_vetoes_and_adds_nothing():
    side = HomeSide(community()[0])
    side.answer(START)
    absurd = NOTHING + 1e200
    answer = side.answer(ask(Kind.CHECK, SLOTS, price=absurd, shift=NOTHING, relaxation=1.0, rho=0.1))
    assert answer.vetoes.all()
    assert not answer.addends.any()


def test_homes_answer_together_as_they_do_alone():
    together, alone = sides(), [HomeSide(home) for home in community()]
    for question in QUESTIONS:
        expected = total([side.answer(question) for side in alone])
        found = together.total(question)
        np.testing.assert_allclose(found.sums, expected.sums, rtol=1e-6, atol=1e-6)


def test_sensitivities_say_how_a_check_answers_to_prices():
    side, step = HomeSide(community(MODELS[2])[0]), 1e-7 * np.arange(SLOTS)
    check = {"shift": NOTHING, "relaxation": 0.0, "rho": 0.1}
    side.answer(START)
    here = side.answer(ask(Kind.CHECK, SLOTS, price=PRICE, **check))
    there = side.answer(ask(Kind.CHECK, SLOTS, price=PRICE + step, **check))
    matrix = np.zeros((SLOTS, SLOTS))
    matrix[np.triu_indices(SLOTS)] = part(here, Kind.CHECK, "sensitivity")
    matrix = matrix + np.triu(matrix, 1).T
    moved = part(there, Kind.CHECK, "trade") - part(here, Kind.CHECK, "trade")
    np.testing.assert_allclose(moved, -matrix @ step, atol=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_a_check_is_a_round_of_exchange_admm(model):
    home = community(model)[0]
    side = HomeSide(home)
    side.answer(START)
    side.answer(ask(Kind.CHECK, SLOTS, price=PRICE, shift=NOTHING, relaxation=0.0, rho=0.1))
    shift, anchor = NOTHING + 0.02, side.trade_kwh - 0.02
    side.answer(ask(Kind.CHECK, SLOTS, price=PRICE + 0.05, shift=shift, relaxation=1.0, rho=0.1))
    expected = HomeSolver(home).solve_exchange(PRICE + 0.05, anchor, 0.1)
    np.testing.assert_allclose(side.trade_kwh, expected, atol=1e-6)


def test_a_home_that_cannot_but_trade_does_so_at_any_price():
    """It has sold what it draws from the grid, and its neighbours cannot give more than its load."""
    event = DemandResponse(np.full(SLOTS, 0.1), np.zeros(SLOTS))
    load = MustRun(np.full(SLOTS, 10.0))
    side = HomeSide(Home("home", SLOTS, 3600, Tariff(0.2, 1.0), (load,), demand_response=event))
    side.answer(START)
    answer = side.answer(ask(Kind.CHECK, SLOTS, price=PRICE, shift=NOTHING, relaxation=1.0, rho=0.1))
    np.testing.assert_array_equal(side.trade_kwh, 10.0)
    assert not part(answer, Kind.CHECK, "sensitivity").any()
