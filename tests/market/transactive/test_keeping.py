import numpy as np
import pytest

from tests.market.homes.samples import prosumer
from tests.market.transactive.samples import rigid_home
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.keeping import plan_to_keep

LOAD_KWH = np.array([0.4004, 0.6006])


@pytest.fixture(scope="module")
def rigid():
    return HomeSolver(rigid_home("rigid", LOAD_KWH))


def test_a_trade_that_a_home_can_use_is_kept_to_the_last_watt_hour():
    solver, trade_kwh = HomeSolver(prosumer()), np.full(24, 0.123)
    plan = plan_to_keep(solver, trade_kwh, decided_kwh=np.full(24, 0.1229))
    assert plan.trade_kwh == pytest.approx(trade_kwh, abs=1e-12)


def test_a_home_without_slack_leaves_the_part_of_a_watt_hour_that_it_cannot_use(rigid):
    plan = plan_to_keep(rigid, np.array([0.4, 0.601]), decided_kwh=LOAD_KWH)
    assert plan.trade_kwh == pytest.approx([0.4, 0.6006], abs=2e-6)
    assert plan.grid_kwh.sum() == pytest.approx(0.0004, abs=2e-6)


def test_more_than_rounding_moves_is_never_left_unused(rigid):
    with pytest.raises(SolveFailed):
        plan_to_keep(rigid, np.array([0.4, 0.604]), decided_kwh=LOAD_KWH)
