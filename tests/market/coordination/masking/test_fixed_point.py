"""Numbers of 2^-60 modulo 2^128, held to Python's own integers."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wattloom.market.coordination.masking.errors import NotRepresentable
from wattloom.market.coordination.masking.fixed_point import (
    LIMIT,
    MAX_HOMES,
    added,
    negated,
    to_floats,
    to_votes,
    to_words,
)

numbers = st.floats(min_value=-LIMIT, max_value=LIMIT, exclude_min=True, exclude_max=True)
vectors = st.lists(numbers, max_size=12).map(lambda values: np.array(values, dtype=float))
halves = st.integers(min_value=0, max_value=2**64 - 1)
words = st.lists(st.tuples(halves, halves), min_size=1, max_size=8).map(
    lambda pairs: np.array(pairs, dtype=np.uint64)
)


def integers(found):
    """Read words as Python integers modulo 2^128."""
    return [int(low) + (int(high) << 64) for low, high in found]


@given(vectors)
def test_a_number_becomes_the_nearest_multiple_of_its_last_place(values):
    expected = [round(Fraction(float(value)) * 2**60) % 2**128 for value in values]
    assert integers(to_words(values)) == expected


@given(vectors)
def test_a_number_comes_back_within_half_a_last_place(values):
    assert np.all(
        np.abs(to_floats(to_words(values)) - values) <= np.maximum(2.0**-61, 2e-16 * np.abs(values))
    )


@given(words, st.data())
def test_sums_and_negatives_are_those_modulo_2_128(left, data):
    right = data.draw(arrays(np.uint64, left.shape))
    pairs = zip(integers(left), integers(right), strict=True)
    assert integers(added(left, right)) == [(a + b) % 2**128 for a, b in pairs]
    assert integers(negated(left)) == [-a % 2**128 for a in integers(left)]


def test_as_many_homes_as_allowed_cannot_overflow_the_sum():
    largest = np.nextafter(LIMIT, 0)
    assert round(Fraction(float(largest)) * 2**60) * MAX_HOMES < 2**127


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, LIMIT, -LIMIT])
def test_what_does_not_fit_is_refused_with_its_place(value):
    with pytest.raises(NotRepresentable) as refusal:
        to_words(np.array([0.0, 1.0, value]))
    assert refusal.value.entry == 2


def test_a_veto_is_a_number_other_than_zero_and_new_each_time():
    first, second = (to_votes(np.array([True, False, True])) for _ in range(2))
    assert first[1] == second[1] == 0
    assert len({int(vote) for vote in (*first[[0, 2]], *second[[0, 2]])} - {0}) == 4
