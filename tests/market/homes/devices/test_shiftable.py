import numpy as np
import pytest

from tests.market.homes.samples import home
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.shiftable import Shiftable, Window
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver


def used_kwh(appliance, prices, **changes):
    tariff = Tariff(prices, 0.0)
    schedule = HomeSolver(home(appliance, slots=len(prices), tariff=tariff, **changes)).stand_alone()
    return schedule.devices["washer"]["used_kwh"]


def test_its_energy_goes_to_the_cheapest_slots_of_the_window():
    """3 kWh at 2 kW: two in the cheapest slot of 1..3, one in the next; slot 0 is cheaper and outside."""
    washer = Shiftable("washer", (Window(1, 4, 3.0),), 2.0)
    assert used_kwh(washer, [0.0, 0.4, 0.1, 0.2]) == pytest.approx([0.0, 0.0, 2.0, 1.0], abs=1e-7)


def test_each_window_gets_its_own_energy():
    washer = Shiftable("washer", (Window(0, 2, 1.0), Window(2, 4, 0.5)), 2.0)
    assert used_kwh(washer, [0.3, 0.2, 0.1, 0.4]) == pytest.approx([0.0, 1.0, 0.5, 0.0], abs=1e-7)


def test_habit_is_weighed_against_the_price():
    """Moving m kWh of 1 costs 2 omega m^2 and saves 0.2 m: the best m is 0.2 / (4 omega) = 0.25."""
    washer = Shiftable("washer", (Window(0, 2, 1.0),), 2.0, np.array([1.0, 0.0]), discomfort_per_kwh2=0.2)
    assert used_kwh(washer, [0.3, 0.1]) == pytest.approx([0.75, 0.25], abs=1e-7)


def test_a_window_too_short_for_its_energy_is_refused_with_home_device_and_slot():
    washer = Shiftable("washer", (Window(4, 7, 3.0),), 0.5)
    with pytest.raises(BadHome) as refusal:
        home(washer, home_id="h3")
    assert str(refusal.value).startswith(
        "home h3: device washer: window of slots 4 to 6 cannot get 3 kWh at 0.5 kW"
    )
    assert (refusal.value.home, refusal.value.device, refusal.value.slot) == ("h3", "washer", 4)


def test_it_draws_nothing_outside_its_windows_even_where_that_would_earn():
    washer = Shiftable("washer", (Window(1, 3, 1.0),), 2.0)
    assert used_kwh(washer, [-0.5, 0.2, 0.2, -0.5])[[0, 3]].tolist() == [0.0, 0.0]


def test_it_gives_nothing_back():
    """Neither paper says s >= 0: a washer would then sell in the dear slot what it takes in the cheap one."""
    washer = Shiftable("washer", (Window(0, 2, 1.0),), 5.0)
    loaded = home(MustRun(np.full(2, 2.0)), washer, slots=2, tariff=Tariff([0.1, 9.0], 0.0))
    schedule = HomeSolver(loaded).stand_alone()
    assert schedule.devices["washer"]["used_kwh"] == pytest.approx([1.0, 0.0], abs=1e-7)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"windows": (Window(0, 3, 1.0), Window(2, 4, 1.0))}, "windows hold slots 2 to 3 where slot 3 is"),
        ({"windows": (Window(2, 2, 1.0),)}, "windows hold slots 2 to 1"),
        ({"windows": (Window(0, 2, -1.0),)}, "energy_kwh is -1.0"),
        ({"power_kw": 0.0}, "power_kw is 0.0"),
        ({"discomfort_per_kwh2": 0.1}, "preferred_kwh is missing"),
    ],
)
def test_impossible_values_are_named(changes, problem):
    with pytest.raises(BadHome, match=f"device washer: {problem}"):
        Shiftable(**({"name": "washer", "windows": (Window(0, 2, 1.0),), "power_kw": 2.0} | changes))


def test_a_window_beyond_the_horizon_is_refused():
    with pytest.raises(BadHome, match="window of slots 20 to 25 ends after the last of 24 slots"):
        home(Shiftable("washer", (Window(20, 26, 1.0),), 2.0))


def test_what_begun_windows_still_owe_comes_before_the_forecasts():
    washer = Shiftable("washer", (Window(0, 1, 0.5), Window(1, 4, 3.0)), 2.0)
    planned = {"used_kwh": np.array([0.5, 0.8, 1.2, 1.0])}
    later = washer.carried(2, planned, Shiftable("washer", (Window(3, 4, 1.0),), 2.0))
    assert later.windows == (Window(0, 2, pytest.approx(2.2)), Window(3, 4, 1.0))


def test_a_window_whose_energy_is_used_up_leaves_nothing_to_do():
    done = Shiftable("washer", (Window(0, 2, 0.0),), 2.0)
    assert used_kwh(done, [0.1, 0.2]).tolist() == [0.0, 0.0]
