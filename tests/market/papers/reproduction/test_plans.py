import numpy as np
import pytest

from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Home, Tariff
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.papers.reproduction.plans import bought_kwh, outside_comfort_kh, total

SLOTS = 4


def planned(*devices, slot_s=3600):
    home = Home("ann", SLOTS, slot_s, Tariff(0.2, 0.0), (MustRun(np.full(SLOTS, 1.0)), *devices))
    return home, HomeSolver(home).stand_alone()


def cold_room(power_kw):
    """A room that needs 7.4 kW of heat and a unit that cannot give it."""
    return Hvac(
        outdoor_c=np.full(SLOTS, 10.0),
        reference_c=20.0,
        low_c=18.0,
        high_c=22.0,
        start_c=20.0,
        power_kw=power_kw,
    )


def test_series_of_several_devices_of_one_kind_are_added_up():
    home, plan = planned(Renewable("pv", np.full(SLOTS, 0.25)), Renewable("wind", np.full(SLOTS, 0.5)))
    assert total(home, plan, Renewable, "used_kwh") == pytest.approx(np.full(SLOTS, 0.75), abs=1e-6)


def test_a_kind_that_the_home_does_not_have_is_zero():
    home, plan = planned()
    assert total(home, plan, Battery, "charge_kwh").tolist() == [0.0] * SLOTS


@pytest.mark.parametrize("slot_s", [3600, 900])
def test_time_outside_the_comfort_band_is_counted_in_kelvin_hours(slot_s):
    home, plan = planned(cold_room(power_kw=0.1), slot_s=slot_s)
    below = np.maximum(18.0 - plan.devices["hvac"]["indoor_c"], 0.0)
    assert outside_comfort_kh(home, plan) == pytest.approx(below.sum() * slot_s / 3600)
    assert (outside_comfort_kh(home, plan) > 0.1) == (slot_s == 3600)


def test_a_room_within_its_band_is_never_outside():
    home, plan = planned(cold_room(power_kw=4.0))
    assert outside_comfort_kh(home, plan) == pytest.approx(0.0, abs=1e-6)


def test_what_is_sold_is_not_what_is_bought():
    trade = np.array([1.0, -0.5, 0.25])
    assert (bought_kwh(trade), bought_kwh(-trade)) == (1.25, 0.5)
