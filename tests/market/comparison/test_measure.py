"""One community under every way: the same homes, conserved energy, and nobody worse off than alone."""

import numpy as np
import pytest

from wattloom.market.comparison.measure import ADMM, AUCTION, GRID_ONLY, compare
from wattloom.market.data.synthetic import synthetic_community


@pytest.fixture(scope="module")
def found():
    return compare(synthetic_community(homes=4, slots=24, seed=1), seed=1, tell=lambda _: None)


def way(found, name):
    return next(each for each in found.ways if each.name == name)


def test_the_ways_stand_beside_each_other_for_the_same_homes(found):
    assert [each.name for each in found.ways] == [GRID_ONLY, AUCTION, ADMM]
    homes = [[gain.home for gain in each.gains.homes] for each in found.ways]
    assert homes[0] == homes[1] == homes[2]
    assert all(gain.total == gain.alone for gain in way(found, GRID_ONLY).gains.homes)


def test_trading_saves_all_and_planning_together_saves_more(found):
    alone, auction, admm = (each.gains.total for each in found.ways)
    assert alone > auction > admm


def test_nobody_pays_more_than_alone(found):
    assert [each.gains.losers for each in found.ways] == [0, 0, 0]


def test_bills_between_neighbours_leave_nothing_over(found):
    for each in found.ways:
        assert abs(each.gains.imbalance) < 1e-6


def test_neighbours_energy_takes_the_place_of_the_grids(found):
    alone, auction, admm = found.ways
    assert alone.traded_kwh == 0
    assert sum(alone.grid_kwh) - sum(auction.grid_kwh) == pytest.approx(auction.traded_kwh, abs=0.05)
    assert alone.self_sufficiency < auction.self_sufficiency < admm.self_sufficiency < 1


def test_a_peak_is_power_and_no_way_has_more_than_alone(found):
    alone, auction, _ = found.ways
    assert alone.peak_kw(1800) == 2 * max(alone.grid_kwh)
    assert np.all(np.array(auction.grid_kwh) <= np.array(alone.grid_kwh) + 1e-9)
