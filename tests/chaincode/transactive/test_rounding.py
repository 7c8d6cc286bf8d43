from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.transactive.errors import Overflow
from wattloom.chaincode.transactive.rounding import array_in_64_bits, clamp, in_64_bits, round_half_up


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(1, 2, 1), (-1, 2, 0), (3, 2, 2), (-3, 2, -1), (7, 3, 2), (-7, 3, -2)],
)
def test_a_half_goes_up(numerator, denominator, rounded):
    assert round_half_up(numerator, denominator) == rounded


@given(st.integers(), st.integers(min_value=1))
def test_rounding_is_the_floor_of_the_quotient_and_a_half(numerator, denominator):
    assert round_half_up(numerator, denominator) == floor(Fraction(numerator, denominator) + Fraction(1, 2))


def test_clamping_keeps_what_is_inside():
    assert [clamp(value, -2, 3) for value in (-5, -2, 0, 3, 9)] == [-2, -2, 0, 3, 3]


def test_what_leaves_64_bits_is_refused_by_name():
    assert in_64_bits(2**63 - 1, what="mu") == 2**63 - 1
    with pytest.raises(Overflow, match="mu does not fit"):
        in_64_bits(2**63, what="mu")
    with pytest.raises(Overflow) as refusal:
        array_in_64_bits([0, -(2**63) - 1], what="p_hat")
    assert refusal.value.details == {"what": "p_hat"}
