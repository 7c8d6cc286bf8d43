import numpy as np
import pytest
from hypothesis import given, settings

from tests.market.homes.samples import home, numbers, series
from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
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


def test_a_cycle_never_gives_more_than_it_took():
    """Even where the second slot's energy is worth a hundred times the first's."""
    series = plan(np.array([0.0, 5.0]), battery(start_share=0.5), prices=[0.01, 1.0]).devices["battery"]
    assert series["discharge_kwh"].sum() <= 0.95**2 * series["charge_kwh"].sum() + 1e-8


def test_an_empty_end_is_not_reached_by_an_end_that_is_too_high():
    far = battery(end_share=0.9)
    with pytest.raises(BadHome, match=r"asks for 9 kWh, and the level can reach 6\.7 kWh") as refusal:
        home(far, slots=2)
    assert (refusal.value.device, refusal.value.slot) == ("battery", 1)


RESERVE_EVENING = np.array([0.0, 0.0, 0.02])


def test_reserve_is_paid_for_what_can_be_delivered():
    """From 5 kWh down to 1 kWh the battery delivers 3.8 kWh, but its power only 3 kWh in an hour."""
    schedule = plan(
        np.zeros(3), battery(start_share=0.5, reserve_price_per_kwh=RESERVE_EVENING), prices=[0.3, 0.3, 0.3]
    )
    assert schedule.devices["battery"]["reserve_kwh"] == pytest.approx([0.0, 0.0, 3.0], abs=1e-6)
    assert schedule.service_income == pytest.approx(0.06, abs=1e-7)
    assert schedule.service_incomes["battery"] == pytest.approx([0.0, 0.0, 0.06], abs=1e-7)
    assert schedule.cost == pytest.approx(-0.06, abs=1e-7)


def test_reserve_is_bounded_by_what_the_battery_holds():
    """At 3 kWh it holds 2 kWh above its lowest level: it delivers 1.9 kWh, or charges first."""
    rich = battery(
        start_share=0.3, reserve_price_per_kwh=RESERVE_EVENING * 1e3, end_share=0.1, wear_per_kwh=0
    )
    idle = plan(
        np.zeros(3), battery(start_share=0.3, reserve_price_per_kwh=RESERVE_EVENING), prices=[9, 9, 9]
    )
    assert idle.devices["battery"]["reserve_kwh"][2] == pytest.approx(1.9, abs=1e-6)
    series = plan(np.zeros(3), rich, prices=[0.1, 0.1, 0.1]).devices["battery"]
    assert series["reserve_kwh"][2] == pytest.approx(3.0, abs=1e-6)
    assert series["level_kwh"][2] >= 1.0 + 3.0 / 0.95 - 1e-6


def test_a_horizon_without_service_hours_has_no_reserve():
    schedule = plan(np.ones(2), battery(reserve_price_per_kwh=np.zeros(2)), prices=[0.3, 0.3])
    assert schedule.devices["battery"]["reserve_kwh"].tolist() == [0.0, 0.0]
    assert schedule.service_income == 0.0


def test_power_in_use_is_not_in_reserve():
    """1 kWh of 3 kW goes to the load, so 2 kWh are left to be called."""
    cell = battery(start_share=0.9, end_share=0.1, reserve_price_per_kwh=0.001)
    series = plan(np.array([1.0]), cell, prices=[0.5]).devices["battery"]
    assert series["discharge_kwh"] == pytest.approx([1.0], abs=1e-6)
    assert series["reserve_kwh"] == pytest.approx([2.0], abs=1e-6)


LEAST_WEAR = 0.1 * (1 - 0.95**2) / (1 + 0.95**2)
"""At -0.10 $/kWh: what wasting (1 - q) kWh earns is then just what the wear of 1 + q kWh costs."""


def test_below_a_price_of_zero_wear_must_outweigh_what_waste_would_earn():
    with pytest.raises(BadHome, match=r"wasting energy .* would pay; give at least 0\.00512") as refusal:
        home(battery(wear_per_kwh=LEAST_WEAR - 1e-6), slots=2, tariff=Tariff([0.1, -0.1], 0.0))
    assert (refusal.value.device, refusal.value.field) == ("battery", "wear_per_kwh")


@pytest.mark.parametrize("cell", [battery(wear_per_kwh=LEAST_WEAR + 1e-4), battery(start_share=0.9)])
def test_at_the_bound_it_stores_what_it_is_paid_to_take_and_wastes_nothing(cell):
    series = plan(np.array([0.2, 0.2]), cell, prices=[-0.1, 0.1]).devices["battery"]
    assert np.minimum(series["charge_kwh"], series["discharge_kwh"]) == pytest.approx([0.0, 0.0], abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(
    prices=series(-0.4, 0.5, 8), load=series(0.0, 3.0, 8), sun=series(0.0, 4.0, 8), loss=numbers(0.02, 0.3)
)
def test_no_home_that_is_accepted_charges_and_discharges_at_once(prices, load, sun, loss):
    cycle = (1 - loss) ** 2
    bound = max(0.0, -prices.min()) * (1 - cycle) / (1 + cycle)
    cell = battery(
        charge_efficiency=1 - loss,
        discharge_efficiency=1 - loss,
        start_share=0.5,
        wear_per_kwh=bound + 0.002,
    )
    flows = plan(load, cell, Renewable("pv", sun), prices=prices, peak=0.5).devices["battery"]
    assert np.minimum(flows["charge_kwh"], flows["discharge_kwh"]).max() < 1e-5


def test_without_losses_no_price_makes_waste_pay():
    lossless = battery(charge_efficiency=1.0, discharge_efficiency=1.0, wear_per_kwh=0.0)
    schedule = plan(np.array([0.0, 3.0]), lossless, prices=[-1.0, 0.5])
    assert schedule.grid_kwh == pytest.approx([3.0, 0.0], abs=1e-6)
    assert schedule.cost == pytest.approx(-3.0, abs=1e-6)


def test_it_goes_on_from_the_planned_level_towards_the_same_end():
    cell = battery(start_share=0.3)
    planned = plan(np.array([0.0, 1.0]), cell, prices=[0.1, 0.5]).devices["battery"]
    later = cell.carried(1, planned, battery(start_share=0.9))
    assert later.start_share * 10.0 == pytest.approx(3.0 + 1 / 0.95, abs=1e-6)
    assert later.target_share == 0.3
