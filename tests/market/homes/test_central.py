import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.homes.samples import home, homes, hvac, prosumer
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver


def three_homes():
    cool = home(MustRun(np.full(24, 1.0)), hvac(reference_c=22.0), home_id="cool")
    return [cool, prosumer("sunny", sun_kw=6.0), prosumer("plain", sun_kw=0.0)]


def test_trades_clear_and_cost_less_than_living_alone():
    neighbours = three_homes()
    optimum = solve_central(neighbours)
    assert optimum.trade_kwh.shape == (3, 24)
    assert optimum.trade_kwh.sum(axis=0) == pytest.approx(np.zeros(24), abs=1e-8)
    assert optimum.cost < 0.95 * sum(HomeSolver(one).stand_alone().cost for one in neighbours)


def test_at_the_dual_price_each_home_chooses_its_part_of_the_optimum():
    neighbours, rho = three_homes(), 0.1
    optimum = solve_central(neighbours)
    for one, trade_kwh in zip(neighbours, optimum.trade_kwh, strict=True):
        own_choice = HomeSolver(one).solve_exchange(optimum.price_per_kwh, trade_kwh, rho)
        assert own_choice == pytest.approx(trade_kwh, abs=1e-5)


def test_settled_at_the_dual_price_nobody_pays_more_than_alone():
    neighbours = three_homes()
    optimum = solve_central(neighbours)
    for one, plan in zip(neighbours, optimum.schedules, strict=True):
        with_trading = plan.cost + optimum.price_per_kwh @ plan.trade_kwh
        assert with_trading <= HomeSolver(one).stand_alone().cost + 1e-7


@settings(max_examples=10, deadline=None)
@given(neighbours=st.lists(homes(slots=6), min_size=2, max_size=3))
def test_together_is_never_dearer_than_alone(neighbours):
    by_slot_length = [one for one in neighbours if one.slot_s == neighbours[0].slot_s]
    alone = sum(HomeSolver(one).stand_alone().cost for one in by_slot_length)
    assert solve_central(by_slot_length).cost <= alone + 1e-6


def test_neighbours_rescue_a_home_that_cannot_live_alone():
    starved = home(MustRun(np.full(24, 3.0)), home_id="starved", tariff=Tariff(0.2, 1.0, grid_limit_kw=2.0))
    helper = home(MustRun(np.full(24, 0.5)), home_id="helper", tariff=Tariff(0.2, 1.0, grid_limit_kw=2.0))
    assert solve_central([helper, starved]).trade_kwh[1].min() >= 1.0 - 1e-7
    with pytest.raises(SolveFailed, match="community of 2 homes"):
        solve_central([starved, starved])
