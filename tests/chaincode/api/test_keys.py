import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.api import keys

PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/")
PARTS = st.lists(st.text(PRINTABLE, min_size=1, max_size=8), min_size=1, max_size=4)
NUMBERS = st.integers(0, 10**10 - 1)


@pytest.mark.parametrize("part", ["", "a/b", "a b", "é", "\n", "\x7f", "a\x00"])
def test_a_part_that_could_be_mistaken_is_refused(part):
    with pytest.raises(ValueError, match="not a key part"):
        keys.join("stem", part)


def test_a_key_has_a_greatest_length():
    assert len(keys.join("x" * 200)) == 200
    with pytest.raises(ValueError, match="at most 200 bytes"):
        keys.join("x" * 100, "x" * 100)


@given(PARTS, PARTS)
def test_different_parts_make_different_keys(one, other):
    assert (keys.join(*one) == keys.join(*other)) == (one == other)


@given(PARTS, PARTS)
def test_the_range_of_a_prefix_holds_exactly_the_keys_below_it(stem, parts):
    start, stop = keys.prefix_range(*stem)
    assert (start <= keys.join(*parts) < stop) == (len(parts) > len(stem) and parts[: len(stem)] == stem)


@given(PARTS)
def test_the_range_of_no_parts_holds_every_key(parts):
    start, stop = keys.prefix_range()
    assert start <= keys.join(*parts) < stop


@given(NUMBERS, NUMBERS)
def test_numbers_sort_as_text_as_they_do_as_numbers(one, other):
    assert (keys.number(one) < keys.number(other)) == (one < other)


@pytest.mark.parametrize("value", [-1, 10**10])
def test_a_number_beyond_ten_digits_is_refused(value):
    with pytest.raises(ValueError, match="between 0 and"):
        keys.number(value)
