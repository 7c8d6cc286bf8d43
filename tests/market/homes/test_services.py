"""Tariffs and services: what a home pays its utility, and what the utility pays a home."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.market.homes.samples import home, homes, hvac, numbers, prosumer
from wattloom.market.homes.baseline import baseline_kwh
from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import DemandResponse, Tariff
from wattloom.market.homes.solver import HomeSolver

EVENING = np.where((np.arange(24) >= 17) & (np.arange(24) < 20), 0.3, 0.0)


def alone(one):
    return HomeSolver(one).stand_alone()


def in_event(one, reward=EVENING):
    return replace(one, demand_response=DemandResponse(reward, baseline_kwh(one)))


def test_time_of_use_moves_a_battery_to_the_dear_hours():
    """3 kW for an hour, 2.7075 kWh given back: bought at 0.10 instead of 0.40, worn by 0.01 each way."""
    flat, dear = Tariff(0.1, 0.0), Tariff([0.1, 0.4], 0.0)
    devices = (MustRun(np.array([0.0, 5.0])), Battery(10.0, 3.0, start_share=0.1))
    assert alone(home(*devices, slots=2, tariff=flat)).grid_kwh == pytest.approx([0.0, 5.0], abs=1e-7)
    schedule = alone(home(*devices, slots=2, tariff=dear))
    given_back = 3.0 * 0.95**2
    assert schedule.energy_cost == pytest.approx(0.3 + 0.4 * (5.0 - given_back), abs=1e-6)
    assert schedule.device_cost == pytest.approx(0.01 * (3.0 + given_back), abs=1e-7)


def test_only_the_rise_above_the_peak_so_far_is_paid():
    """3 kW after 2 kW costs one kW more; 1 kW after 2 kW costs nothing more."""
    for load_kwh, cost in ((3.0, 0.2 * 3 + 1.0), (1.0, 0.2 * 1)):
        schedule = alone(home(MustRun([load_kwh]), slots=1, tariff=Tariff(0.2, 1.0, peak_so_far_kw=2.0)))
        assert schedule.cost == pytest.approx(cost, abs=1e-7)
        assert schedule.peak_kw == pytest.approx(load_kwh)


def test_below_the_peak_so_far_nothing_is_flattened():
    evening_c = np.where(np.arange(24) < 18, 23.0, 12.0)
    unit = hvac(evening_c)
    free = alone(home(unit, tariff=Tariff(0.2, 0.0)))
    spent = alone(home(unit, tariff=Tariff(0.2, 2.0, peak_so_far_kw=free.peak_kw)))
    assert spent.grid_kwh == pytest.approx(free.grid_kwh, abs=1e-5)


def test_feed_in_may_be_paid_by_the_hour():
    """Each hour's surplus is sold at that hour's price; no battery holds it back."""
    devices = (MustRun(np.ones(2)), Renewable("pv", np.full(2, 3.0)))
    schedule = alone(home(*devices, slots=2, tariff=Tariff(0.3, 0.0, [0.05, 0.15])))
    assert schedule.feed_in_income == pytest.approx(2 * 0.05 + 2 * 0.15, abs=1e-7)


def test_energy_drawn_at_a_negative_price_is_income_and_sun_is_left_unused():
    devices = (MustRun(np.ones(2)), Renewable("pv", np.full(2, 3.0)))
    schedule = alone(home(*devices, slots=2, tariff=Tariff([-0.1, 0.3], 0.0)))
    assert schedule.grid_kwh == pytest.approx([1.0, 0.0], abs=1e-7)
    assert schedule.cost == pytest.approx(-0.1, abs=1e-7)


def test_a_unit_that_could_heat_against_its_own_cooling_needs_prices_above_zero():
    negative = Tariff(np.full(24, -0.1), 0.0)
    with pytest.raises(BadHome, match="home hot: device hvac: mode is 'both' while energy costs") as refusal:
        home(hvac(), home_id="hot", tariff=negative)
    assert (refusal.value.home, refusal.value.device) == ("hot", "hvac")
    assert alone(home(hvac(mode="cooling"), tariff=negative)).devices["hvac"]["heating_kwh"].max() == 0.0


def test_peak_so_far_cannot_exceed_the_connection():
    with pytest.raises(BadHome, match="peak_so_far_kw"):
        Tariff(0.2, 1.0, grid_limit_kw=5.0, peak_so_far_kw=6.0)


def test_load_that_is_really_avoided_is_paid_for():
    """The baseline draws 5 kWh in slot 1; 2.7075 kWh of it come from the battery, for 0.30 $ each."""
    devices = (MustRun(np.array([0.0, 5.0])), Battery(10.0, 3.0, start_share=0.1))
    usual = home(*devices, slots=2, tariff=Tariff(0.1, 0.0))
    assert baseline_kwh(usual) == pytest.approx([0.0, 5.0], abs=1e-7)
    schedule = alone(in_event(usual, np.array([0.0, 0.3])))
    assert schedule.reduced_kwh == pytest.approx([0.0, 3.0 * 0.95**2], abs=1e-6)
    assert schedule.service_income == pytest.approx(0.3 * 3.0 * 0.95**2, abs=1e-6)
    assert schedule.service_incomes["demand_response"][1] == pytest.approx(schedule.service_income)


def test_the_baseline_of_a_home_in_an_event_is_the_one_without_it():
    one = home(Battery(10.0, 3.0), MustRun(np.ones(24)), hvac())
    assert baseline_kwh(in_event(one)) == pytest.approx(baseline_kwh(one), abs=1e-9)
    assert alone(in_event(one)).grid_kwh[17:20].sum() < baseline_kwh(one)[17:20].sum() - 1.0


def test_a_home_without_flexibility_earns_nothing_from_an_event():
    """In paper 003, r <= g with a reward above the price pays for load bought only to be given up."""
    stiff = home(MustRun(np.ones(24)), tariff=Tariff(0.2, 0.0))
    event = in_event(stiff, np.full(24, 5.0))
    schedule = alone(event)
    assert schedule.service_income == pytest.approx(0.0, abs=1e-6)
    assert schedule.cost == pytest.approx(alone(stiff).cost, abs=1e-6)


def test_no_reward_makes_a_home_draw_more_in_an_event_to_be_paid_for_less():
    for reward in (0.1, 1.0, 10.0):
        schedule = alone(in_event(prosumer(), EVENING / 0.3 * reward))
        event = EVENING > 0
        baseline = baseline_kwh(prosumer())[event]
        assert np.all(schedule.grid_kwh[event] + schedule.reduced_kwh[event] <= baseline + 1e-6)
        assert schedule.service_income <= reward * baseline.sum() + 1e-6


@settings(max_examples=15, deadline=None)
@given(any_home=homes(), reward=numbers(0.01, 2.0))
def test_taking_part_in_an_event_is_never_dearer(any_home, reward):
    event = np.where(np.arange(12) // 4 == 1, reward, 0.0)
    without = alone(replace(any_home, demand_response=None))
    taking_part = alone(in_event(any_home, event))
    assert taking_part.cost <= without.cost + 1e-6
    assert taking_part.reduced_kwh[event == 0].max() == 0.0


def test_an_event_must_cover_every_slot():
    with pytest.raises(BadHome, match="home b: baseline_kwh has 23 numbers"):
        home(home_id="b", demand_response=DemandResponse(EVENING, np.ones(23)))


def test_a_home_says_what_drawing_a_kilowatt_hour_costs_it():
    one = home(tariff=Tariff(0.2, 1.0), demand_response=DemandResponse(EVENING, np.ones(24)))
    assert one.grid_prices() == pytest.approx(0.2 + EVENING)
