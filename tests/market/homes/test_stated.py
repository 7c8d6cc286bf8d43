import numpy as np
import pytest

from tests.market.homes.samples import home, hvac, prosumer
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.stated import StatedHome, solve_with_clarabel


def test_only_the_linear_term_is_a_parameter_so_that_cvxpy_compiles_once():
    stated = StatedHome(prosumer())
    exchange, _ = stated.exchange_problem(0.1)
    pairwise, _, _ = stated.pairwise_problem(3, 0.9)
    assert exchange.is_dcp(dpp=True)
    assert pairwise.is_dcp(dpp=True)


def test_a_home_without_choices_pays_energy_and_peak():
    load = np.array([1.0, 3.0, 2.0])
    stated = StatedHome(home(MustRun(load), slots=3, tariff=Tariff([0.1, 0.2, 0.3], 0.5)))
    cost = solve_with_clarabel(stated.fixed_problem(np.zeros(3)), subject="the home")
    assert cost == pytest.approx(0.1 * 1 + 0.2 * 3 + 0.3 * 2 + 0.5 * 3)


def test_surplus_is_fed_in_where_a_price_is_paid_and_spilt_where_not():
    for price, income in ((0.05, 2 * 4 * 0.05), (None, 0.0)):
        stated = StatedHome(
            home(MustRun(np.ones(2)), Renewable("pv", np.full(2, 5.0)), slots=2, tariff=Tariff(0.2, 1, price))
        )
        solve_with_clarabel(stated.fixed_problem(np.zeros(2)), subject="the home")
        schedule = stated.schedule()
        assert schedule.cost == pytest.approx(-income, abs=1e-7)
        assert schedule.fed_in_kwh.sum() == pytest.approx(0.0 if price is None else 8.0, abs=1e-6)


def test_bought_energy_cannot_be_fed_in_again():
    """Even at a feed-in price above the energy price, income is bounded by the home's own yield."""
    stated = StatedHome(
        home(MustRun(np.ones(2)), Renewable("pv", np.full(2, 5.0)), slots=2, tariff=Tariff(0.1, 0, 0.6))
    )
    solve_with_clarabel(stated.fixed_problem(np.zeros(2)), subject="the home")
    assert stated.schedule().cost == pytest.approx(2 * (1 * 0.1 - 5 * 0.6), abs=1e-6)


def test_a_peak_price_flattens_the_draw():
    evening_c = np.where(np.arange(24) < 18, 23.0, 12.0)
    peaks = []
    for price in (0.0, 2.0):
        stated = StatedHome(home(MustRun(np.full(24, 0.3)), hvac(evening_c), tariff=Tariff(0.2, price)))
        solve_with_clarabel(stated.fixed_problem(np.zeros(24)), subject="the home")
        peaks.append(stated.schedule().peak_kw)
    assert peaks[1] < 0.9 * peaks[0]
