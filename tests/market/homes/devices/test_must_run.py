import numpy as np
import pytest

from tests.market.homes.samples import home
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.solver import HomeSolver


def test_load_is_met_slot_by_slot():
    load = np.linspace(0.1, 2.0, 24)
    assert HomeSolver(home(MustRun(load))).stand_alone().grid_kwh == pytest.approx(load, abs=1e-8)


def test_a_series_of_the_wrong_length_is_refused():
    with pytest.raises(BadHome, match="one for each of 24 slots"):
        home(MustRun(np.ones(23)))


def test_a_record_keeps_its_own_copy():
    load = np.ones(24)
    device = MustRun(load)
    load[0] = 99.0
    assert device.load_kwh[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        device.load_kwh[0] = 99.0
