import numpy as np
import pytest

from tests.market.homes.samples import home
from wattloom.market.homes.devices.ev import ElectricVehicle, Stay
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver

COMMUTE = Stay(1, 4, arrival_kwh=20.0, needed_kwh=29.2)


def plan(vehicle, prices, load_kwh=None, **changes):
    load = np.zeros(len(prices)) if load_kwh is None else load_kwh
    tariff = Tariff(prices, 0.0)
    return HomeSolver(home(MustRun(load), vehicle, slots=len(prices), tariff=tariff, **changes)).stand_alone()


def test_it_charges_in_the_cheapest_slots_while_it_is_at_home():
    """9.2 kWh stored are 10 kWh from the wall: 7.4 in the cheapest slot at home, 2.6 in the next."""
    schedule = plan(ElectricVehicle((COMMUTE,)), [0.0, 0.3, 0.1, 0.2, 0.0])
    assert schedule.grid_kwh == pytest.approx([0.0, 0.0, 7.4, 2.6, 0.0], abs=1e-6)
    assert schedule.cost == pytest.approx(7.4 * 0.1 + 2.6 * 0.2 + 10 * 0.01, abs=1e-6)
    level = schedule.devices["ev"]["level_kwh"]
    assert level == pytest.approx([0.0, 20.0, 26.808, 29.2, 0.0], abs=1e-6)


def test_it_serves_the_home_where_it_can_discharge():
    """1 kWh at 0.9 $ comes from the vehicle, which takes 1 / 0.92**2 kWh at 0.1 $ for it."""
    vehicle = ElectricVehicle((Stay(0, 2, 20.0, 20.0),), discharge_kw=5.0)
    schedule = plan(vehicle, [0.1, 0.9], np.array([0.0, 1.0]))
    assert schedule.grid_kwh == pytest.approx([1 / 0.92**2, 0.0], abs=1e-6)


def test_it_does_not_discharge_below_its_low_level_nor_while_away():
    vehicle = ElectricVehicle((Stay(0, 1, 12.0, 0.0),), discharge_kw=5.0)
    schedule = plan(vehicle, [0.5, 0.5], np.array([5.0, 5.0]))
    assert schedule.grid_kwh == pytest.approx([5.0 - 0.92 * 2.0, 5.0], abs=1e-6)


def test_one_that_comes_emptier_than_its_low_level_has_a_plan():
    vehicle = ElectricVehicle((Stay(0, 2, 3.0, 4.0),), discharge_kw=5.0)
    assert plan(vehicle, [0.5, 0.4]).grid_kwh == pytest.approx([0.0, 1 / 0.92], abs=1e-6)


def test_a_stay_too_short_to_fill_is_refused_with_its_slot():
    vehicle = ElectricVehicle((Stay(2, 4, 10.0, 40.0),))
    with pytest.raises(BadHome, match="stay of slots 2 to 3 cannot fill from 10 to 40 kWh") as refusal:
        home(vehicle, home_id="h3")
    assert (refusal.value.home, refusal.value.device, refusal.value.slot) == ("h3", "ev", 2)


def test_stays_that_overlap_or_end_too_late_are_refused():
    with pytest.raises(BadHome, match="stays hold slots 3 to 5 where slot 4 is the first"):
        ElectricVehicle((COMMUTE, Stay(3, 6, 10.0, 10.0)))
    with pytest.raises(BadHome, match="ends after the last of 3 slots"):
        home(ElectricVehicle((COMMUTE,)), slots=3)


def test_a_stay_goes_on_from_the_planned_level():
    vehicle = ElectricVehicle((COMMUTE,))
    planned = plan(vehicle, [0.0, 0.3, 0.1, 0.2, 0.0]).devices["ev"]
    later = vehicle.carried(3, planned, ElectricVehicle((Stay(2, 4, 5.0, 6.0),)))
    assert later.stays[0].arrival_kwh == pytest.approx(26.808, abs=1e-6)
    assert (later.stays[0].first, later.stays[0].end, later.stays[0].needed_kwh) == (0, 1, 29.2)
    assert later.stays[1] == Stay(2, 4, 5.0, 6.0)
