"""Relaxed ADMM, measured: figures that belong together."""

import pytest

from wattloom.market.scale import relaxed
from wattloom.market.scale.case import prepare


@pytest.fixture(scope="module")
def case():
    return prepare("hvac-2020", homes=3, slots=8, seed=2, tell=lambda _: None)


def test_a_run_that_converges_reaches_both_targets_and_loses_nothing(case):
    found = relaxed.measure(case, most=500, tell=lambda _: None)
    assert found.converged
    tight, usable = found.targets
    assert usable.rounds < tight.rounds == found.rounds
    assert usable.seconds > 0
    assert tight.ratio == pytest.approx(found.seconds / found.central.seconds)
    assert found.surplus_lost_percent == pytest.approx(0.0, abs=1e-3)
    assert case.central.cost < case.central.alone


def test_bytes_are_eight_for_each_number_up_and_for_each_price_down(case):
    found = relaxed.measure(case, most=1, tell=lambda _: None)
    assert (found.bytes_up, found.bytes_down, found.bytes_up_masked) == (3 * 8 * 8, 8 * 8, None)


def test_iterations_that_are_used_up_reach_no_target_that_they_miss(case):
    found = relaxed.measure(case, most=1, tell=lambda _: None)
    assert not found.converged
    assert found.targets == []
    assert found.surplus_lost_percent > 0.1


def test_every_iteration_is_told(case):
    told = []
    found = relaxed.measure(case, most=500, tell=told.append)
    assert sum(line.startswith("iteration ") for line in told) == found.rounds
