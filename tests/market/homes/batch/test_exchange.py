"""The fast engine against PIQP and Clarabel, and against itself one by one, warm and cold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.homes.batch.samples import MODELS
from tests.market.homes.samples import home, homes, numbers, series
from wattloom.market.homes.batch.exchange import ExchangeBatch
from wattloom.market.homes.batch.together import Batch
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.homes.stated import StatedHome, solve_with_clarabel
from wattloom.market.papers.communities import random_community

RHO, SLOTS = 0.1, 12
slow_but_few = settings(max_examples=15, deadline=None)


def solvers_of(model, *, homes=6, slots=24, seed=1):
    return [HomeSolver(each) for each in random_community(model, homes=homes, slots=slots, seed=seed).homes]


def admm_questions(ask, shape, *, rounds):
    """Prices and anchors of relaxed ADMM on the answers of `ask`, as they come in use."""
    price, anchors = np.zeros(shape[1]), np.zeros(shape)
    for _ in range(rounds):
        trades = ask(price, anchors)
        yield price, anchors, trades
        mean = trades.mean(axis=0)
        price, anchors = price + RHO * 1.6 * mean, 1.6 * (trades - mean) - 0.6 * anchors


def from_nowhere(solver, price, anchor, rho=RHO):
    trades, proven = ExchangeBatch([solver.standard], warm=False).solve(price, anchor[None, :], rho)
    assert proven.all()
    return trades[0]


@pytest.mark.parametrize("model", MODELS)
def test_every_answer_of_an_iteration_is_proven_and_that_of_another_solver(model):
    solvers = solvers_of(model)
    batch = ExchangeBatch([solver.standard for solver in solvers], warm=True)

    def ask(price, anchors):
        trades, proven = batch.solve(price, anchors, RHO)
        assert proven.all()
        return trades

    for price, anchors, trades in admm_questions(ask, (6, 24), rounds=12):
        for solver, anchor, trade in zip(solvers, anchors, trades, strict=True):
            assert trade == pytest.approx(solver.solve_exchange_otherwise(price, anchor, RHO), abs=2e-5)


@pytest.mark.parametrize("model", MODELS)
def test_a_warm_start_changes_no_answer(model):
    solvers = solvers_of(model, homes=4)
    batch = Batch(solvers)
    for price, anchors, trades in admm_questions(
        lambda *asked: batch.solve_exchange(*asked, RHO), (4, 24), rounds=15
    ):
        for solver, anchor, trade in zip(solvers, anchors, trades, strict=True):
            assert trade == pytest.approx(from_nowhere(solver, price, anchor), abs=1e-9)


def test_homes_of_many_structures_answer_together_as_one_by_one():
    solvers = [solver for model in MODELS for solver in solvers_of(model, homes=3)]
    random = np.random.default_rng(0)
    prices, anchors = random.uniform(0.0, 0.4, (9, 24)), random.normal(0.0, 1.0, (9, 24))
    together = Batch(solvers).solve_exchange(prices, anchors, RHO)
    for solver, price, anchor, trade in zip(solvers, prices, anchors, together, strict=True):
        assert trade == pytest.approx(solver.solve_exchange(price, anchor, RHO), abs=1e-9)


@slow_but_few
@given(
    any_home=homes(SLOTS),
    prices=st.lists(series(-0.1, 0.6, SLOTS), min_size=2, max_size=4),
    anchor=series(-3.0, 3.0, SLOTS),
    rho=numbers(0.05, 2.0),
)
def test_any_home_is_solved_to_its_proven_optimum_warm_or_cold(any_home, prices, anchor, rho):
    solver = HomeSolver(any_home)
    batch = ExchangeBatch([solver.standard], warm=True)
    for price in prices:
        warm, proven = batch.solve(price, anchor[None, :], rho)
        assert proven.all()
        assert warm[0] == pytest.approx(from_nowhere(solver, price, anchor, rho), abs=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_a_week_is_solved_too(model):
    solver = solvers_of(model, homes=2, slots=168)[0]
    price, anchor = np.linspace(0.0, 0.4, 168), np.zeros(168)
    oracle = StatedHome(solver.home)
    problem, q = oracle.exchange_problem(RHO)
    q.value = RHO * anchor - price
    solve_with_clarabel(problem, subject="the oracle")
    assert from_nowhere(solver, price, anchor) == pytest.approx(oracle.trade_kwh.value, abs=2e-5)


def test_a_changed_rho_is_no_warm_start_for_the_wrong_problem():
    solver = solvers_of("der-2021", homes=2)[0]
    batch, price, anchor = ExchangeBatch([solver.standard], warm=True), np.full(24, 0.15), np.ones(24)
    for rho in (0.1, 10.0, 0.02):
        trades, _ = batch.solve(price, anchor[None, :], rho)
        assert trades[0] == pytest.approx(from_nowhere(solver, price, anchor, rho), abs=1e-9)


def test_the_home_without_a_plan_is_named_and_leaves_the_others_their_answers():
    fed, tariff = home(MustRun(np.full(24, 1.0)), home_id="fed"), Tariff(0.2, 1.0, grid_limit_kw=2.0)
    starved = home(MustRun(np.full(24, 3.0)), home_id="starved", tariff=tariff, trade_limit_kwh=0.5)
    solvers = [HomeSolver(fed), HomeSolver(starved)]
    with pytest.raises(SolveFailed, match="home starved"):
        Batch(solvers).solve_exchange(np.full(24, 0.1), np.zeros((2, 24)), RHO)
    batch = ExchangeBatch([solver.standard for solver in solvers], warm=True)
    trades, proven = batch.solve(np.full(24, 0.1), np.zeros((2, 24)), RHO)
    assert proven.tolist() == [True, False]
    assert trades[0] == pytest.approx(from_nowhere(solvers[0], np.full(24, 0.1), np.zeros(24)))


@pytest.mark.parametrize("model", MODELS)
def test_sensitivities_say_how_trades_answer_to_a_small_change_of_price(model):
    solvers = solvers_of(model, homes=3, slots=SLOTS)
    batch, anchors = Batch(solvers), np.zeros((3, SLOTS))
    price, step = np.linspace(0.05, 0.3, SLOTS), 1e-6 * np.cos(np.arange(SLOTS))
    trades = batch.solve_exchange(price, anchors, RHO)
    sensitivity = batch.sensitivity()
    changed = trades - batch.solve_exchange(price + step, anchors, RHO)
    assert sensitivity == pytest.approx(sensitivity.swapaxes(1, 2), abs=1e-9)
    assert changed == pytest.approx(sensitivity @ step, rel=1e-3, abs=1e-9)
    assert np.abs(changed).max() > 1e-6
