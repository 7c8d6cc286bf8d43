"""Who gains under which way of settling."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.market.coordination import samples
from wattloom.market.coordination.rationality import (
    Settled,
    as_table,
    report,
    saving_percent,
    settle_bargaining,
    settle_clearing,
    settle_fixed,
)

HOMES = ["ann", "bob"]
ALONE = np.array([5.0, 3.0])
OPERATING = np.array([3.5, 3.5])
TRADE_KWH = np.array([[2.0, -1.0], [-2.0, 1.0]])


def optimum_settled(seed):
    best, alone = samples.optimum(seed), [plan.cost for plan in samples.fleet(seed).stand_alone()]
    return best, np.array(alone), np.array([plan.cost for plan in best.schedules])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_at_the_clearing_price_nobody_loses_and_bills_balance(seed):
    best, alone, operating = optimum_settled(seed)
    settled = settle_clearing(operating, best.trade_kwh, best.price_per_kwh)
    (way,) = report([h.home_id for h in samples.community(seed).homes], alone, {"clearing": settled}).ways
    assert way.losers == 0
    assert way.least_saving >= -1e-6
    assert way.imbalance == pytest.approx(0.0, abs=1e-6)


def test_a_fixed_price_can_leave_a_home_worse_off_than_alone():
    found = report(HOMES, ALONE, {"fixed": settle_fixed(OPERATING, TRADE_KWH, 0.4)})
    ann, bob = found.way("fixed").homes
    assert (ann.bill, ann.total, ann.saving, ann.loses) == pytest.approx((0.4, 3.9, 1.1, False))
    assert (bob.bill, bob.total, bob.saving, bob.loses) == pytest.approx((-0.4, 3.1, -0.1, True))
    assert found.way("fixed").losers == 1


def test_a_fixed_price_may_differ_from_slot_to_slot():
    assert settle_fixed(OPERATING, TRADE_KWH, [0.1, 0.3]).bills == pytest.approx([-0.1, 0.1])


cost = st.floats(-100.0, 100.0)


@given(st.lists(st.tuples(cost, cost), min_size=1, max_size=9))
def test_bargaining_leaves_everybody_the_same_saving_and_moves_no_money_out(costs):
    alone, operating = np.array(costs).T
    (way,) = report(["home"] * len(costs), alone, {"b": settle_bargaining(operating, alone)}).ways
    share = (alone.sum() - operating.sum()) / len(costs)
    assert [home.saving for home in way.homes] == pytest.approx([share] * len(costs), abs=1e-9)
    assert way.imbalance == pytest.approx(0.0, abs=1e-9)


def test_no_way_of_settling_changes_what_all_pay_together():
    ways = {
        "fixed": settle_fixed(OPERATING, TRADE_KWH, 0.4),
        "clearing": settle_clearing(OPERATING, TRADE_KWH, np.array([0.1, 0.7])),
        "bargaining": settle_bargaining(OPERATING, ALONE),
    }
    assert [way.total for way in report(HOMES, ALONE, ways).ways] == pytest.approx([7.0] * 3)


def test_paying_more_than_alone_by_what_is_allowed_is_no_loss():
    settled = Settled(ALONE, np.array([0.01, 0.02]))
    (way,) = report(HOMES, ALONE, {"rounded": settled}, allowed=[0.015, 0.015]).ways
    assert [home.loses for home in way.homes] == [False, True]


def test_savings_in_percent_are_of_the_size_of_the_cost_alone():
    assert saving_percent(-2.0, -3.0) == 50.0
    assert saving_percent(0.0, 1.0) == 0.0


def test_the_report_is_plain_json_and_a_table_with_a_line_for_each_home():
    found = report(HOMES, ALONE, {"bargaining": settle_bargaining(OPERATING, ALONE)})
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found
    console = Console(record=True, width=80)
    console.print(as_table(found))
    lines = console.export_text().splitlines()
    assert any("ann" in line and "5.00" in line and "4.50" in line for line in lines)
