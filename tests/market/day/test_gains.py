"""Who gains on a day, under the ledger's bills and under others."""

import pytest

from tests.market.day.samples import day_result, home_day
from wattloom.market.day.gains import gains


def totals(way):
    return [home.total for home in way.homes]


def test_the_ledgers_bills_a_fixed_price_and_an_even_split_settle_the_same_plans():
    found = gains(day_result())
    assert [way.way for way in found.ways] == ["clearing", "fixed", "bargaining"]
    assert totals(found.way("clearing")) == pytest.approx([4.5, 2.7])
    assert totals(found.way("fixed")) == pytest.approx([4.0 - 0.1 * 0.1, 3.2 + 0.1 * 0.1])
    assert totals(found.way("bargaining")) == pytest.approx([5.0 - 0.4, 3.0 - 0.4])


def test_who_pays_more_than_alone_under_a_fixed_price_is_counted():
    assert gains(day_result()).way("fixed").losers == 1


def test_what_rounding_may_cost_is_no_loss():
    day = day_result(homes=(home_day(alone=4.5 - 0.01, bound=0.02), home_day("bob", alone=4.5 - 0.03)))
    assert [home.loses for home in gains(day).way("clearing").homes] == [False, True]


def test_a_day_that_was_traded_has_no_loser_at_the_clearing_price(kept):
    day, *_ = kept
    found = gains(day)
    assert found.way("clearing").losers == 0
    assert found.way("clearing").imbalance == pytest.approx(0.0, abs=1e-9)
    same_plans = [way.total for way in found.ways if way.way != "auction"]
    assert same_plans == pytest.approx([day.cost_with_trading] * 3)


def test_the_auction_stands_beside_them_and_lies_between_alone_and_the_optimum(kept):
    day, *_ = kept
    auction = gains(day).way("auction")
    assert auction.losers == 0
    assert auction.imbalance == pytest.approx(0.0, abs=1e-9)
    assert day.cost_with_trading - 1e-6 <= auction.total <= day.cost_alone + 1e-6
