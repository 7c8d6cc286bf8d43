"""What is checked after a day by auction: each check fails where it should."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as changed

from wattloom.chaincode.accounts.records import Account
from wattloom.market.auction.day.checks import check_day
from wattloom.market.auction.terms import AuctionTerms

DAY_S = 1_700_006_400


@pytest.fixture
def fine(kept):
    """A day on which everything holds, the accounts after it, and its terms."""
    day, *_ = kept
    terms = AuctionTerms(DAY_S, day.slot_s, day.grid.size, day.grid, day.feed_in)
    return day, [Account(party_id=f"north.h{number}") for number in range(len(day.homes) + 1)], terms


def failing(day, accounts, terms):
    return [check.name for check in check_day(day, accounts, terms) if not check.holds]


def with_first(day, **changes):
    return replace(day, homes=(replace(day.homes[0], **changes), *day.homes[1:]))


def test_a_fine_day_passes(fine):
    assert failing(*fine) == []


def test_energy_that_nobody_sold_is_found(fine):
    day, accounts, terms = fine
    more = day.homes[0].neighbours_wh + np.array([1, 0, 0, 0])
    assert failing(with_first(day, neighbours_wh=more), accounts, terms) == ["energy balances"]


def test_an_account_that_is_not_what_bills_say_is_found(fine):
    day, accounts, terms = fine
    wrong = with_first(day, spent_nano=day.homes[0].spent_nano + 1)
    assert failing(wrong, accounts, terms) == ["money is conserved"]


def test_money_that_is_left_locked_is_found(fine):
    day, accounts, terms = fine
    accounts[0] = changed(accounts[0], locked_nano=1)
    assert failing(day, accounts, terms) == ["money is conserved"]


def test_a_home_that_pays_more_than_alone_is_found(fine):
    day, accounts, terms = fine
    wrong = with_first(day, cost_operating=day.homes[0].cost_operating + day.homes[0].saving + 0.1)
    assert failing(wrong, accounts, terms) == ["nobody loses"]
