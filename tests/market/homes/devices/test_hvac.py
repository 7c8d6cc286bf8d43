import numpy as np
import pytest

from tests.market.homes.samples import home, hvac
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver


def indoor_c(unit, slots=6):
    return HomeSolver(home(unit, slots=slots)).stand_alone().devices["hvac"]["indoor_c"]


def test_an_idle_room_drifts_by_the_exact_solution():
    idle = hvac(np.full(6, 32.0), start_c=24.0, power_kw=0.0)
    expected = 32.0 + (24.0 - 32.0) * np.exp(-np.arange(1, 7) / (3.3 * 1.35))
    assert indoor_c(idle) == pytest.approx(expected, abs=1e-7)
    assert expected[0] == pytest.approx(25.61, abs=0.005)


def test_paper_mode_takes_the_euler_step():
    idle = hvac(np.full(6, 32.0), start_c=24.0, power_kw=0.0, discretisation="euler")
    assert indoor_c(idle)[0] == pytest.approx(24.0 + 8.0 / (3.3 * 1.35), abs=1e-7)


def test_two_half_hours_decay_as_one_hour():
    unit = hvac()
    assert unit.decay(0.5) ** 2 == pytest.approx(unit.decay(1.0))


@pytest.mark.parametrize(
    ("outdoor_c", "does", "not_"),
    [(38.0, "cooling_kwh", "heating_kwh"), (12.0, "heating_kwh", "cooling_kwh")],
)
def test_the_room_is_heated_or_cooled_as_the_weather_asks(outdoor_c, does, not_):
    series = HomeSolver(home(hvac(np.full(24, outdoor_c), power_kw=5.0))).stand_alone().devices["hvac"]
    assert series[does].sum() > 5.0
    assert series[not_].max() < 1e-7
    assert np.all((series["indoor_c"] > 20.0 - 1e-6) & (series["indoor_c"] < 26.0 + 1e-6))


def test_the_room_follows_heat_given_and_lost():
    unit = hvac(cop_heating=3.0, cop_cooling=2.5)
    series = HomeSolver(home(unit, tariff=Tariff(0.05, 0.0))).stand_alone().devices["hvac"]
    before = np.r_[23.0, series["indoor_c"][:-1]]
    heat = 1.35 * (3.0 * series["heating_kwh"] - 2.5 * series["cooling_kwh"])
    a = np.exp(-1 / (3.3 * 1.35))
    assert series["indoor_c"] == pytest.approx(a * before + (1 - a) * (unit.outdoor_c + heat), abs=1e-7)


def test_a_room_leaves_its_band_rather_than_have_no_plan():
    assert indoor_c(hvac(np.full(6, -20.0), power_kw=0.1)).min() < 15.0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"capacity_kwh_per_k": 0.0}, "capacity_kwh_per_k"),
        ({"cop_heating": -1.0}, "cop_heating"),
        ({"power_kw": float("nan")}, "power_kw"),
        ({"low_c": 24.0}, "comfort band"),
        ({"start_c": 300.0}, "start_c"),
        ({"outdoor_c": [20.0, float("nan")]}, "outdoor_c"),
    ],
)
def test_impossible_values_are_named(changes, field):
    with pytest.raises(BadHome) as refusal:
        hvac(**changes)
    assert refusal.value.field == field
    assert refusal.value.remedy
