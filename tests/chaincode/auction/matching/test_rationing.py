import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.auction.matching.books import unhurried
from wattloom.chaincode.auction.matching.rationing import ration

claims = st.lists(st.integers(0, 40), min_size=1, max_size=8)


@st.composite
def scarce(draw):
    wanted = draw(claims)
    return wanted, draw(st.integers(0, sum(wanted)))


def by_quotients(wanted, total):
    """Give the watt-hours out one by one to the largest quotient, as the rule says it."""
    ranked = sorted(
        ((-claim / k, place) for place, claim in enumerate(wanted) for k in range(1, claim + 1)),
    )
    given = [0] * len(wanted)
    for _, place in ranked[:total]:
        given[place] += 1
    return given


@unhurried
@given(scarce())
def test_the_watt_hours_go_to_the_largest_quotients(case):
    wanted, total = case
    assert ration(wanted, total) == by_quotients(wanted, total)


@unhurried
@given(scarce())
def test_everything_is_given_and_nobody_gets_more_than_it_claims(case):
    wanted, total = case
    given = ration(wanted, total)
    assert sum(given) == total
    assert all(got <= claim for got, claim in zip(given, wanted, strict=True))


@unhurried
@given(scarce())
def test_who_gets_nothing_could_have_stayed_away(case):
    wanted, total = case
    given = ration(wanted, total)
    served = [place for place, got in enumerate(given) if got]
    if served:
        assert ration([wanted[at] for at in served], total) == [given[at] for at in served]


def test_large_claims_that_differ_by_one_are_told_apart():
    assert ration([2**32 - 2, 2**32 - 1], 1) == [0, 1]


def test_more_than_all_claims_cannot_be_shared():
    with pytest.raises(ValueError, match="cannot be shared"):
        ration([1, 2], 4)
