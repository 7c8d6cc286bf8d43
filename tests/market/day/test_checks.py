from dataclasses import replace

import pytest

from tests.market.day.samples import day_result, home_day
from wattloom.market.day.checks import check_day


def failed(day):
    return [check.name for check in check_day(day) if not check.holds]


def with_first_home(**changes):
    day = day_result()
    return replace(day, homes=(home_day(**changes), *day.homes[1:]))


def test_a_day_on_which_everything_holds_passes_every_check():
    assert failed(day_result()) == []


@pytest.mark.parametrize(
    ("day", "check"),
    [
        (day_result(cost_before_rounding=7.2 * (1 + 2e-6)), "optimal before rounding"),
        (day_result(cost_before_rounding=7.2 * (1 - 2e-6)), "optimal before rounding"),
        (with_first_home(operating=4.0 + 7.2 * 1.1e-4), "optimal after rounding"),
        (with_first_home(bill_nano=500_000_001), "bills balance"),
        (with_first_home(trade_wh=(100, -201)), "energy balances"),
        (with_first_home(alone=4.489), "nobody loses"),
    ],
)
def test_each_check_fails_on_what_it_is_for_and_no_other_does(day, check):
    assert failed(day) == [check]


def test_a_loss_within_the_rounding_bound_is_allowed():
    assert failed(with_first_home(alone=4.491)) == []


def test_a_large_loss_is_found_beside_a_small_one_with_a_smaller_bound():
    day = day_result()
    small, large = home_day("a", alone=4.4999, bound=0.0), home_day("b", alone=4.4, bound=0.05)
    for homes in ((small, large), (large, small)):
        unbalanced = replace(day, homes=homes, central_optimum=9.0, cost_before_rounding=9.0)
        assert "nobody loses" in failed(unbalanced)


def test_what_failed_is_told_with_its_figures():
    (check,) = (each for each in check_day(with_first_home(bill_nano=500_000_001)) if not each.holds)
    assert check.detail == "they sum to 1 nano"
