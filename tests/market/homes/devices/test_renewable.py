import numpy as np
import pytest

from tests.market.homes.samples import SUN, home
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.solver import HomeSolver


def test_what_is_used_and_fed_in_never_exceeds_the_yield():
    series = HomeSolver(home(MustRun(np.ones(24)), Renewable("pv", 3 * SUN))).stand_alone().devices["pv"]
    assert np.all(series["used_kwh"] + series["fed_in_kwh"] <= 3 * SUN + 1e-8)
    assert series["used_kwh"] == pytest.approx(np.minimum(1.0, 3 * SUN), abs=1e-6)


def test_sun_and_wind_stand_side_by_side():
    both = home(MustRun(np.full(24, 2.0)), Renewable("pv", SUN), Renewable("wind", np.full(24, 0.5)))
    devices = HomeSolver(both).stand_alone().devices
    assert devices["pv"]["used_kwh"] + devices["wind"]["used_kwh"] == pytest.approx(SUN + 0.5, abs=1e-6)


def test_a_negative_yield_is_refused_with_its_slot():
    with pytest.raises(BadHome, match="slot 1"):
        Renewable("pv", np.array([0.0, -0.1]))
