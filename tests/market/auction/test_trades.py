"""What trades mean for a home that keeps its plan: worked by hand."""

import numpy as np
import pytest

from tests.market.transactive.samples import rigid_home
from wattloom.market.auction.expectation import expected_wh
from wattloom.market.auction.trades import HomeTrades, grid_draw_kwh, metered_wh, operating_cost
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.solver import HomeSolver

LOAD, SUN = [1.0, 2.0, 0.5], np.array([0.0, 0.0, 2.0])
"""At 0.2 $/kWh, 1 $/kW of the peak and 0.08 $/kWh fed in: 0.6 + 2 - 0.12 $ alone."""


@pytest.fixture
def planned():
    home = rigid_home("home", LOAD, Renewable("pv", SUN))
    return home, HomeSolver(home).stand_alone()


def traded(*neighbours_wh):
    trades = HomeTrades(len(neighbours_wh))
    trades.neighbours_wh[:] = neighbours_wh
    return trades


def test_a_home_buys_what_it_would_draw_and_sells_what_it_would_feed_in(planned):
    assert expected_wh(*planned).tolist() == [1_000, 2_000, -1_500]


def test_without_trades_a_day_costs_what_it_costs_alone(planned):
    home, plan = planned
    assert operating_cost(home, plan, traded(0, 0, 0)) == pytest.approx(0.6 + 2.0 - 0.12)


def test_neighbours_energy_saves_the_grids_price_and_lowers_the_peak(planned):
    home, plan = planned
    cost = operating_cost(home, plan, traded(0, 1_500, 0))
    assert cost == pytest.approx(0.6 - 0.3 + 1.0 - 0.12)
    assert grid_draw_kwh(plan, traded(0, 1_500, 0)) == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)


def test_what_is_sold_is_not_fed_in(planned):
    home, plan = planned
    assert operating_cost(home, plan, traded(0, 0, -1_000)) == pytest.approx(0.6 + 2.0 - 0.04)


def test_a_meter_counts_neighbours_energy_like_the_grids(planned):
    home, plan = planned
    expected = expected_wh(home, plan)
    assert metered_wh(home, plan, expected, traded(500, 0, -1_000)).tolist() == expected.tolist()
