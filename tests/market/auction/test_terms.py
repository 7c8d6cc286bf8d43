"""The terms of a day's auction: times in their order, and a tariff that is good for every home."""

from dataclasses import replace

import numpy as np
import pytest

from tests.market.transactive.samples import community_of, rigid_home
from wattloom.chaincode.auction.units import DAY_S
from wattloom.market.auction.errors import CannotAuction
from wattloom.market.auction.terms import offered_terms
from wattloom.market.homes.home import Tariff

DAY_START_S = 20_000 * DAY_S


def street(*tariffs, slots=3):
    homes = [rigid_home(f"h{number}", np.ones(slots)) for number in range(len(tariffs))]
    return community_of(*(replace(home, tariff=each) for home, each in zip(homes, tariffs, strict=True)))


def terms_of(*tariffs, slots=3):
    return offered_terms(street(*tariffs, slots=slots), slot_start_s=DAY_START_S)


def test_every_home_finds_its_own_tariff_at_least_as_bad():
    terms = terms_of(Tariff([0.2, 0.3, 0.2], 1.0, 0.05), Tariff(0.25, 0.0, [0.0, 0.1, 0.1]))
    assert terms.grid_nano_per_wh.tolist() == [200_000, 250_000, 200_000]
    assert terms.feed_in_nano_per_wh.tolist() == [50_000, 100_000, 100_000]


def test_a_slots_round_is_over_before_its_delivery_and_after_the_round_before():
    terms = terms_of(Tariff(0.2, 1.0), Tariff(0.2, 1.0))
    for slot in range(3):
        times = [
            terms.opens_s(slot),
            terms.gate_s(slot),
            terms.offers_s(slot),
            terms.closed_s(slot),
            terms.starts_s(slot),
        ]
        assert times == sorted(set(times))
        assert terms.opens_s(slot + 1) >= terms.gate_s(slot)


def test_each_day_has_its_tariff_and_the_last_prices_stay_to_its_end():
    grid = 0.2 + np.arange(30) / 1_000
    days = list(terms_of(Tariff(grid, 1.0), Tariff(grid, 1.0), slots=30).tariffs())
    assert [day.day_start_s for day in days] == [DAY_START_S, DAY_START_S + DAY_S]
    assert list(days[1].grid_nano_per_wh[:7]) == [*range(224_000, 230_000, 1_000), 229_000]
    assert [len(day.grid_nano_per_wh) for day in days] == [24, 24]


def test_a_day_begins_at_a_midnight():
    with pytest.raises(CannotAuction, match="beginning of a day"):
        offered_terms(street(Tariff(0.2, 1.0), Tariff(0.2, 1.0)), slot_start_s=DAY_START_S + 3_600)


@pytest.mark.parametrize(
    ("first", "second"),
    [(Tariff(0.2, 1.0), Tariff([0.2, -0.1, 0.2], 1.0)), (Tariff(0.2, 1.0, 0.1), Tariff(0.05, 1.0))],
)
def test_tariffs_between_which_no_price_is_good_for_all_are_named(first, second):
    with pytest.raises(CannotAuction, match=r"in slot \d a home pays .* use tariffs"):
        terms_of(first, second)
