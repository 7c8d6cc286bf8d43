"""Slots of 15, 30 and 60 minutes, horizons of a day and of a week, with every device there is."""

import numpy as np
import pytest

from tests.market.homes.samples import home, hvac
from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.ev import ElectricVehicle, Stay
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.devices.shiftable import Shiftable, Window
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver


def full_home(slot_s, days):
    """The same home and weather, in slots of any length: middles of slots, as seen from midnight."""
    slot_h, day = slot_s / 3600, 86_400 // slot_s
    hours = (np.arange(days * day) + 0.5) * slot_h
    evening = (hours % 24 > 17) & (hours % 24 < 20)
    nights = [Stay(day * d + 3 * day // 4, day * d + day + day // 4, 20.0, 32.0) for d in range(days - 1)]
    noons = [Window(day * d + day // 2, day * d + 3 * day // 4, 2.0) for d in range(days)]
    devices = (
        MustRun((0.5 + 0.4 * np.sin(hours / 12 * np.pi) ** 2) * slot_h),
        Renewable("pv", 3.0 * np.maximum(0.0, np.sin((hours % 24 - 6) / 12 * np.pi)) * slot_h),
        hvac(21.0 + 6.0 * np.sin((hours - 9) / 12 * np.pi)),
        Battery(10.0, 3.0, reserve_price_per_kwh=np.where(evening, 0.01 * slot_h, 0.0)),
        Shiftable("washer", tuple(noons), 1.5),
        ElectricVehicle(tuple(nights)),
    )
    tariff = Tariff(np.where(evening, 0.4, 0.15), 1.0, 0.05)
    return home(*devices, slots=days * day, slot_s=slot_s, tariff=tariff)


def test_a_day_costs_about_the_same_in_slots_of_any_length():
    hourly, half, quarter = (
        HomeSolver(full_home(slot_s, 1)).stand_alone().cost for slot_s in (3600, 1800, 900)
    )
    assert half == pytest.approx(hourly, rel=0.03)
    assert quarter == pytest.approx(half, rel=0.01)


@pytest.mark.parametrize(("slot_s", "slots"), [(3600, 168), (900, 672)])
def test_a_week_is_planned_at_once(slot_s, slots):
    schedule = HomeSolver(full_home(slot_s, 7)).stand_alone()
    assert schedule.grid_kwh.shape == (slots,)
    assert schedule.grid_kwh == pytest.approx(sum(schedule.net_demand_kwh.values()), abs=1e-7)
    assert schedule.devices["washer"]["used_kwh"].sum() == pytest.approx(7 * 2.0, abs=1e-6)
