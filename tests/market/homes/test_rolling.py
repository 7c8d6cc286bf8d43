"""Plans that are made again and again, each from where the last one was left."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.market.homes.samples import home, hvac
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.ev import ElectricVehicle, Stay
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.devices.shiftable import Shiftable, Window
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.rolling import carried, roll, warm_start

WEEK = 168
HOUR = np.arange(WEEK)
PRICES = np.where((HOUR % 24 >= 14) & (HOUR % 24 < 20), 0.4, 0.15)
SUN_KWH = 3.0 * np.maximum(0.0, np.sin((HOUR % 24 - 6) / 12 * np.pi))
LOAD_KWH = 0.5 + 0.4 * np.sin((HOUR - 12) / 12 * np.pi) + 0.1 * np.sin(HOUR)
OUTDOOR_C = 19.0 + 8.0 * np.sin((HOUR - 9) / 12 * np.pi) + 3.0 * np.sin(HOUR / 20)
EVENINGS = [Window(24 * day + 16, 24 * day + 22, 2.0) for day in range(7)]
NIGHTS = [Stay(24 * day + 18, 24 * day + 30, 20.0, 32.0) for day in range(6)]


def seen(spans, first, slots):
    """The spans that begin and end within a horizon, told from its first slot."""
    inside = (span for span in spans if first <= span.first and span.end <= first + slots)
    return tuple(replace(span, first=span.first - first, end=span.end - first) for span in inside)


def neighbours(first, slots):
    """What data say of two homes over the slots that begin with `first`."""
    at = slice(first, first + slots)
    tariff = Tariff(PRICES[at], 1.0, 0.05)
    sunny = (
        MustRun(LOAD_KWH[at]),
        Renewable("pv", SUN_KWH[at]),
        Battery(8.0, 3.0, end_share=0.5),
        Shiftable("washer", seen(EVENINGS, first, slots), 1.5),
    )
    warm = (
        MustRun(0.8 * LOAD_KWH[at]),
        hvac(OUTDOOR_C[at], reference_c=22.0, low_c=19.0, high_c=25.0),
        ElectricVehicle(seen(NIGHTS, first, slots), charge_kw=3.7),
    )
    return [
        home(*devices, home_id=name, slots=slots, tariff=tariff)
        for name, devices in (("sunny", sunny), ("warm", warm))
    ]


def horizon(first, slots=24):
    return neighbours(first, min(slots, WEEK - first))


def central(homes, _warm):
    return solve_central(homes)


@pytest.fixture(scope="module")
def turns():
    return list(roll(horizon, central, steps=6, turns=WEEK // 6))


def kept(turns, name, label, index):
    return np.concatenate([t.plan.schedules[index].devices[name][label][: t.steps] for t in turns])


def test_a_week_rolled_day_by_day_costs_little_more_than_a_week_foreseen(turns):
    whole = solve_central(neighbours(0, WEEK))
    rolled = sum(turn.costs().sum() for turn in turns)
    assert whole.cost - 1e-6 <= rolled <= 1.01 * whole.cost


def test_every_state_is_carried_exactly(turns):
    for before, after in pairwise(turns):
        sunny, warm = (plan.devices for plan in before.plan.schedules)
        battery, room = after.homes[0].devices[2], after.homes[1].devices[1]
        assert battery.start_share * 8.0 == pytest.approx(sunny["battery"]["level_kwh"][5], abs=1e-9)
        assert battery.target_share == 0.5
        assert room.start_c == warm["hvac"]["indoor_c"][5]


def test_the_peak_is_paid_for_once(turns):
    for index in (0, 1):
        draws = np.concatenate([turn.plan.schedules[index].grid_kwh[:6] for turn in turns])
        slot_costs = sum(turn.plan.schedules[index].slot_costs[:6].sum() for turn in turns)
        paid = sum(turn.costs()[index] for turn in turns)
        assert paid - slot_costs == pytest.approx(1.0 * draws.max(), abs=1e-9)


def test_every_window_gets_its_energy_and_every_stay_ends_full(turns):
    used = kept(turns, "washer", "used_kwh", 0)
    assert [used[w.first : w.end].sum() for w in EVENINGS] == pytest.approx([2.0] * 7, abs=1e-5)
    level = kept(turns, "ev", "level_kwh", 1)
    assert [level[stay.end - 1] for stay in NIGHTS] == pytest.approx([32.0] * 6, abs=1e-5)


def test_a_window_that_has_begun_owes_the_rest():
    plan = solve_central(horizon(0))
    later = carried(horizon(0)[0], plan.schedules[0], 18, horizon(18)[0])
    washer, used = later.devices[3], plan.schedules[0].devices["washer"]["used_kwh"]
    assert washer.windows[0] == Window(0, 4, pytest.approx(2.0 - used[16:18].sum(), abs=1e-9))


def test_a_plan_begins_from_the_last_one_shifted():
    shifted = []

    def remembering(homes, warm):
        shifted.append(warm)
        return solve_central(homes)

    first, _ = roll(lambda slot: neighbours(slot, 24), remembering, steps=6, turns=2)
    assert shifted[0] is None
    assert shifted[1].price_per_kwh[:18] == pytest.approx(first.plan.price_per_kwh[6:])
    assert shifted[1].price_per_kwh[18:] == pytest.approx(first.plan.price_per_kwh[:6])
    assert shifted[1].trade_kwh.sum(axis=0) == pytest.approx(np.zeros(24), abs=1e-8)
    assert warm_start(first.plan, 24).price_per_kwh == pytest.approx(first.plan.price_per_kwh)


def test_a_forecast_of_another_home_is_refused():
    sunny, warm = horizon(0)
    with pytest.raises(BadHome, match="give home sunny"):
        carried(sunny, solve_central([sunny, warm]).schedules[0], 6, warm)
