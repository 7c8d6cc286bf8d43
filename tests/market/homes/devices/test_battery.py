import numpy as np
import pytest

from tests.market.homes.samples import home
from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver


def battery(**changes):
    """10 kWh from 1 to 9 kWh, 3 kW, starting at 1 kWh, so that what it gives it must take first."""
    return Battery(10.0, 3.0, **({"start_share": 0.1} | changes))


def plan(load_kwh, *devices, prices, peak=0.0, **changes):
    tariff = Tariff(prices, peak)
    return HomeSolver(
        home(MustRun(load_kwh), *devices, slots=len(load_kwh), tariff=tariff, **changes)
    ).stand_alone()


def test_it_buys_cheap_to_use_dear_and_wears():
    """1 kWh at 0.50 $ needs 1 / 0.9025 kWh at 0.10 $; wear is 0.01 (1.108 + 1) $: 0.1319 $ in all."""
    schedule = plan(np.array([0.0, 1.0]), battery(), prices=[0.1, 0.5])
    stored = 1 / 0.95**2
    assert schedule.grid_kwh == pytest.approx([stored, 0.0], abs=1e-7)
    assert schedule.device_cost == pytest.approx(0.01 * (stored + 1), abs=1e-8)
    assert schedule.cost == pytest.approx(0.1 * stored + 0.01 * (stored + 1), abs=1e-7)
    assert schedule.devices["battery"]["level_kwh"] == pytest.approx([1 + 0.95 * stored, 1.0], abs=1e-7)


def test_wear_above_the_price_difference_keeps_it_idle():
    schedule = plan(np.array([0.0, 1.0]), battery(wear_per_kwh=0.2), prices=[0.1, 0.5])
    assert schedule.grid_kwh == pytest.approx([0.0, 1.0], abs=1e-7)


def test_power_and_capacity_bound_what_it_does():
    """3 kW for half an hour stores 1.425 kWh and gives back 1.5 kWh at the most."""
    schedule = plan(np.array([0.0, 5.0]), battery(), prices=[0.1, 9.0], slot_s=1800)
    series = schedule.devices["battery"]
    assert series["charge_kwh"][0] == pytest.approx(1.5, abs=1e-7)
    assert series["discharge_kwh"][1] == pytest.approx(1.5 * 0.95**2, abs=1e-7)
    small = plan(np.array([0.0, 5.0]), Battery(2.0, 3.0, start_share=0.1), prices=[0.1, 9.0])
    assert small.devices["battery"]["level_kwh"][0] == pytest.approx(1.8, abs=1e-7)


def test_what_it_held_at_the_start_is_no_present():
    """Half full at the start is half full at the end: without a cheaper slot it does nothing."""
    schedule = plan(np.array([1.0, 1.0]), battery(start_share=0.5), prices=[0.3, 0.3])
    assert schedule.devices["battery"]["level_kwh"] == pytest.approx([5.0, 5.0], abs=1e-6)
    emptied = plan(np.array([1.0, 1.0]), battery(start_share=0.5, end_share=0.1), prices=[0.3, 0.3])
    assert emptied.grid_kwh == pytest.approx([0.0, 0.0], abs=1e-7)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"capacity_kwh": 0.0}, "capacity_kwh"),
        ({"power_kw": -1.0}, "power_kw"),
        ({"charge_efficiency": 1.01}, "charge_efficiency"),
        ({"discharge_efficiency": 0.0}, "discharge_efficiency"),
        ({"low_share": 0.9, "high_share": 0.1}, "high_share"),
        ({"start_share": 0.95}, "start_share"),
        ({"end_share": 0.05}, "end_share"),
        ({"wear_per_kwh": -0.1}, "wear_per_kwh"),
        ({"reserve_price_per_kwh": [0.1, -0.1]}, "reserve_price_per_kwh"),
    ],
)
def test_impossible_values_are_named(changes, field):
    with pytest.raises(BadHome) as refusal:
        Battery(**({"capacity_kwh": 10.0, "power_kw": 3.0} | changes))
    assert (refusal.value.device, refusal.value.field) == ("battery", field)
