"""Coordination in process against the central optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.coordination.second_order.samples import community, optimum
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import repair
from wattloom.market.coordination.second_order.homes import Homes
from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.coordination.second_order.running import run_in_process
from wattloom.market.coordination.second_order.settings import FROZEN
from wattloom.market.papers.config import MODELS


def check_optimal(homes):
    """The trades balance and cost what the optimum costs; agents that repeat the last round agree."""
    sides = Homes(homes)
    found = run_in_process(sides)
    np.testing.assert_allclose(found.trade_kwh.sum(axis=0), 0.0, atol=1e-12)
    fleet = Fleet(homes)
    cost, best = repair(fleet, found.trade_kwh).cost, optimum(homes).cost
    assert cost == pytest.approx(best, rel=1e-6, abs=1e-6)
    outcome = found.outcome
    again = fleet.solve_exchange(outcome.price_per_kwh, sides.anchor_kwh, outcome.rho)
    assert np.linalg.norm(again.sum(axis=0)) < 1.1e-6
    assert outcome.rho * np.linalg.norm(again - sides.anchor_kwh) < 1.1e-6
    return outcome


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=3, deadline=None, derandomize=True)
@given(seed=st.integers(1, 10**6))
def test_trades_of_random_communities_are_optimal(model, seed):
    outcome = check_optimal(community(model, homes=3, slots=12, seed=seed))
    assert not outcome.fell_back


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(1, 10**6), homes=st.integers(2, 12), slots=st.sampled_from([4, 24, 30, 48]))
def test_trades_of_many_random_communities_are_optimal(model, seed, homes, slots):
    check_optimal(community(model, homes=homes, slots=slots, seed=seed))


def test_observers_see_every_question_and_everybodys_trades():
    seen = []
    homes = community()
    found = run_in_process(homes, observe=lambda kind, trades: seen.append((kind, trades)))
    assert len(seen) == found.outcome.exchanges
    assert seen[0][0] is Kind.START
    assert all(trades.shape == found.trade_kwh.shape for _, trades in seen)
    assert np.abs(seen[-1][1] - found.trade_kwh).max() <= FROZEN.tolerance


@pytest.mark.parametrize("model", MODELS)
def test_a_day_of_ten_homes_takes_a_dozen_rounds(model):
    outcome = run_in_process(community(model, homes=10, slots=24, seed=1)).outcome
    assert len(outcome.rounds) <= 14


@pytest.mark.parametrize(
    ("model", "seed"),
    [
        ("hvac-2020", 2112),
        ("hvac-2020", 5098),
        ("hvac-2020", 5218),
        ("hvac-2020", 7280),
        ("vpp-2021", 2242),
        ("vpp-2021", 7286),
    ],
)
def test_the_slowest_communities_that_were_met_take_twenty_rounds_and_do_not_fall_back(model, seed):
    outcome = run_in_process(community(model, homes=10, slots=24, seed=seed)).outcome
    assert not outcome.fell_back
    assert len(outcome.rounds) <= 20
