import numpy as np
import pytest

from tests.market.homes.samples import SUN, home, hvac
from wattloom.market.homes.batch.presolve import fixed_values
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.program import extract
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.homes.stated import StatedHome


def test_what_the_sun_cannot_give_at_night_is_fixed_and_nothing_else():
    program = extract(StatedHome(home(MustRun(np.ones(24)), Renewable("pv", 3.0 * SUN))))
    fixed = np.flatnonzero(~np.isnan(fixed_values(program)))
    assert fixed.size == 2 * np.count_nonzero(SUN < 1e-12)
    assert np.all(fixed_values(program)[fixed] == 0.0)


def test_fixing_one_variable_may_fix_another():
    program = extract(StatedHome(home(hvac(power_kw=0.0))))
    assert np.count_nonzero(~np.isnan(fixed_values(program))) == 48


def test_homes_share_a_structure_however_much_sun_they_have():
    sunny, shady = (home(MustRun(np.ones(24)), Renewable("pv", kw * SUN)) for kw in (3.0, 0.0))
    assert HomeSolver(sunny).standard.structure == HomeSolver(shady).standard.structure


def test_fixed_variables_come_back_in_the_answer():
    still = home(MustRun(np.ones(24)), trade_limit_kwh=0.5)
    trade = HomeSolver(still).solve_exchange(np.full(24, -1.0), np.zeros(24), 0.01)
    assert trade == pytest.approx(np.full(24, 0.5), abs=1e-12)
