"""A problem without a solution says whose need cannot be met, and when first."""

from dataclasses import dataclass

import cvxpy as cp
import numpy as np
import pytest

from tests.market.homes.samples import home
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.part import Part
from wattloom.market.homes.devices.shiftable import Shiftable, Window
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import DemandResponse, Tariff
from wattloom.market.homes.solver import HomeSolver

WEAK = Tariff(0.2, 1.0, grid_limit_kw=2.0)


def failure_of(solve, *arguments):
    with pytest.raises(SolveFailed) as failure:
        solve(*arguments)
    return failure.value


def evening_peak(home_id="starved", tariff=WEAK):
    return home(MustRun(np.array([1.0, 3.0, 2.5])), home_id=home_id, slots=3, tariff=tariff)


def test_a_load_beyond_the_connection_names_home_device_and_first_slot():
    failure = failure_of(HomeSolver(evening_peak()).stand_alone)
    assert (failure.home, failure.device, failure.slot) == ("starved", "must_run", 1)
    assert "home starved lacks 1 kWh in slot 1: must_run takes 3 kWh, the grid gives 2 kWh" in str(failure)


def test_an_appliance_that_the_connection_cannot_carry_is_named():
    washer = Shiftable("washer", (Window(4, 6, 4.0),), 2.5)
    weak = home(MustRun(np.full(24, 0.8)), washer, tariff=WEAK)
    failure = failure_of(HomeSolver(weak).stand_alone)
    assert failure.device == "washer"
    assert failure.slot in (4, 5)


def test_a_trade_that_nothing_can_use_is_named():
    failure = failure_of(
        HomeSolver(evening_peak(tariff=Tariff(0.2, 1.0))).solve_fixed, np.array([1.0, 3.5, 2.0])
    )
    assert (failure.home, failure.device, failure.slot) == ("starved", None, 1)
    assert "home starved has 0.5 kWh too much in slot 1" in str(failure)


def test_a_baseline_below_the_load_is_named():
    event = DemandResponse(np.array([0.0, 0.3, 0.0]), np.array([9.0, 2.0, 9.0]))
    failure = failure_of(
        HomeSolver(home(MustRun(np.full(3, 2.5)), slots=3, demand_response=event)).stand_alone
    )
    assert failure.slot == 1


def test_in_a_community_the_home_that_lacks_energy_is_named():
    fine = home(MustRun(np.array([1.0, 2.0, 2.0])), home_id="fine", slots=3, tariff=WEAK)
    failure = failure_of(solve_central, [fine, evening_peak()])
    assert failure.slot == 1
    assert "community of 2 homes" in str(failure)


@pytest.mark.parametrize(("lacking", "named"), [((1, 2), "a"), ((2, 1), "b")])
def test_of_two_homes_the_one_that_lacks_energy_first_is_named(lacking, named):
    """They can trade hardly anything, so that each must help itself."""
    starved = [
        home(
            MustRun(np.where(np.arange(3) == slot, 3.0, 1.0)),
            home_id=name,
            slots=3,
            tariff=WEAK,
            trade_limit_kwh=0.01,
        )
        for name, slot in zip("ab", lacking, strict=True)
    ]
    failure = failure_of(solve_central, starved)
    assert (failure.home, failure.slot) == (named, 1)


@dataclass(frozen=True)
class Impossible:
    """A device of somebody's own that contradicts itself in slot 2."""

    name: str = "riddle"

    def check(self, setting):
        pass

    def state(self, setting):
        use = cp.Variable(setting.slots)
        least = np.where(np.arange(setting.slots) == 2, 2.0, 0.0)
        return Part(use, [use >= least, use <= 1.0])


def test_a_device_that_contradicts_itself_is_named():
    failure = failure_of(HomeSolver(home(Impossible(), home_id="h3")).stand_alone)
    assert (failure.home, failure.device, failure.slot) == ("h3", "riddle", 2)
