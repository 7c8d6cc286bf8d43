import numpy as np
import pytest

from tests.market.homes.samples import home, hvac
from wattloom.market.homes.devices.must_run import MustRun
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
        ({"outdoor_c": [20.0, "warm"]}, "outdoor_c"),
        ({"mode": "cool"}, "mode"),
        ({"discretisation": "midpoint"}, "discretisation"),
    ],
)
def test_impossible_values_are_named(changes, field):
    with pytest.raises(BadHome) as refusal:
        hvac(**changes)
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_the_papers_printed_decay_cools_a_house_that_the_sun_heats():
    """Paper 003, eq (2), has exp(+1 / RC): idle, at 24 C inside and 32 C outside, 1 C after six hours."""
    printed, growth = [24.0], np.exp(1 / (3.3 * 1.35))
    for _ in range(6):
        printed.append(32.0 - (32.0 - printed[-1]) * growth)
    assert printed[1] == pytest.approx(21.99, abs=0.005)
    assert printed[-1] < 2.0
    ours = np.r_[24.0, indoor_c(hvac(np.full(6, 32.0), start_c=24.0, power_kw=0.0))]
    assert np.all(np.diff(ours) > 0)
    assert ours[-1] < 32.0


def test_the_last_hours_energy_warms_the_last_hour():
    """Paper 003 lets p[t-1] act at t, so that its last hour's energy does nothing; ours acts at once."""
    cold = hvac(np.full(2, 0.0), start_c=23.0, discomfort_per_k2_h=5.0)
    series = HomeSolver(home(cold, slots=2, tariff=Tariff(0.01, 0.0))).stand_alone().devices["hvac"]
    assert series["heating_kwh"] == pytest.approx([3.0, 3.0], abs=1e-5)
    a = np.exp(-1 / (3.3 * 1.35))
    first = a * 23.0 + (1 - a) * 1.35 * 3.0 * 3.0
    assert series["indoor_c"] == pytest.approx([first, a * first + (1 - a) * 1.35 * 9.0], abs=1e-5)


def test_one_slot_weighs_energy_against_comfort():
    """At 25 C outside and inside, cooling by k c costs price c and saves beta ((2 K)^2 - (2 K - k c)^2)."""
    unit = hvac([25.0], start_c=25.0, discomfort_per_k2_h=0.5)
    k = (1 - np.exp(-1 / (3.3 * 1.35))) * 1.35 * 3.0
    best = (2.0 - 0.2 / (2 * 0.5 * k)) / k
    schedule = HomeSolver(home(unit, slots=1, tariff=Tariff(0.2, 0.0))).stand_alone()
    assert schedule.grid_kwh == pytest.approx([best], abs=1e-6)
    assert schedule.device_cost == pytest.approx(0.5 * (2.0 - k * best) ** 2, abs=1e-6)


def test_its_energy_is_never_negative_however_dear_energy_is():
    """Papers 000 and 003 leave p_AC without p >= 0: the unit would then feed the home."""
    loaded = home(MustRun(np.ones(24)), hvac(), tariff=Tariff(50.0, 0.0))
    series = HomeSolver(loaded).stand_alone().devices["hvac"]
    assert min(series["heating_kwh"].min(), series["cooling_kwh"].min()) > -1e-8


def test_a_unit_of_one_mode_does_only_that():
    series = HomeSolver(home(hvac(np.full(24, 12.0), mode="cooling"))).stand_alone().devices["hvac"]
    assert series["heating_kwh"].max() == 0.0
    assert series["indoor_c"][-1] < 15.0


def test_a_room_goes_on_as_warm_as_the_plan_has_made_it():
    planned = {"indoor_c": np.array([22.5, 21.0])}
    later = hvac().carried(2, planned, hvac(np.full(24, 5.0)))
    assert (later.start_c, later.outdoor_c[0]) == (21.0, 5.0)
