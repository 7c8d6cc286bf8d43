"""Repair: any iteration's decisions balance afterwards, whatever a home can keep."""

from itertools import islice

import numpy as np
import pytest

from tests.market.coordination import samples
from tests.market.homes.samples import home, prosumer
from wattloom.market.coordination import admm
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import NobodyCanBalance, repair, surplus_lost
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.home import Tariff


def without_flexibility(home_id, *, grid_limit_kw=14.0):
    """A home that can buy up to its load of 1 kWh and no more."""
    tariff = Tariff(0.2, 1.0, grid_limit_kw=grid_limit_kw)
    return home(MustRun(np.full(24, 1.0)), home_id=home_id, tariff=tariff)


@pytest.mark.parametrize("iteration", [1, 3, 10])
def test_repaired_trades_balance_and_cost_no_less_than_the_optimum(iteration):
    fleet = samples.fleet()
    iterate = next(islice(admm.iterations(fleet, samples.terms()), iteration - 1, None))
    repaired = repair(fleet, iterate.trade_kwh)
    assert repaired.trade_kwh.sum(axis=0) == pytest.approx(0.0, abs=1e-9)
    assert repaired.fixed == ()
    assert repaired.cost >= samples.optimum().cost - 1e-6


def test_later_iterations_lose_less_of_the_surplus():
    fleet = samples.fleet()
    alone, best = sum(plan.cost for plan in fleet.stand_alone()), samples.optimum().cost
    iterates = list(islice(admm.iterations(fleet, samples.terms()), 40))
    lost = [
        surplus_lost(repair(fleet, iterates[k].trade_kwh).cost, alone=alone, optimum=best) for k in (1, 9, 39)
    ]
    assert 1.0 > lost[0] > lost[1] > lost[2] >= -1e-9


def test_a_home_that_cannot_keep_its_share_stays_at_its_decision_and_the_others_balance():
    fleet = Fleet([without_flexibility("ann"), prosumer("bob"), prosumer("cleo")])
    decided = np.zeros((3, 24))
    decided[0], decided[1] = 1.0, -1.6  # 0.2 more would be bought by each, and ann has no use for it
    repaired = repair(fleet, decided)
    assert repaired.fixed == (0,)
    assert repaired.trade_kwh[0] == pytest.approx(1.0)
    assert repaired.trade_kwh[:, 0] == pytest.approx([1.0, -1.3, 0.3])


def test_homes_none_of_which_can_move_are_told_apart():
    fleet = Fleet([without_flexibility(name, grid_limit_kw=0.9) for name in ("ann", "bob")])
    with pytest.raises(NobodyCanBalance):
        repair(fleet, np.full((2, 24), 0.5))


def test_the_surplus_is_lost_entirely_by_everybody_alone():
    assert surplus_lost(10.0, alone=10.0, optimum=8.0) == 1.0
    assert surplus_lost(8.5, alone=10.0, optimum=8.0) == pytest.approx(0.25)
