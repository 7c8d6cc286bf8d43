import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.api import Int64Array, Record
from wattloom.chaincode.api.codec import MalformedRecord, decode, encode

INT64 = st.integers(-(2**63), 2**63 - 1)


class Row(Record, frozen=True, kw_only=True):
    cells: Int64Array


@given(st.lists(INT64, max_size=30))
def test_an_array_comes_back_as_it_was(values):
    array = Int64Array(values)
    assert list(Int64Array.unpack(array.pack())) == values
    assert decode(encode(Row(cells=array)), Row).cells == array
    assert len(array) == len(values)


def test_the_packed_form_is_little_endian_base64():
    assert encode(Row(cells=Int64Array([1, -2]))) == b'{"cells":"AQAAAAAAAAD+/////////w=="}'


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_an_element_beyond_64_bits_is_refused(value):
    with pytest.raises(ValueError, match="64-bit"):
        Int64Array([0, value])


@pytest.mark.parametrize("text", ["AQ==", "!", "AQAAAAAAAAA=AA", "A"])
def test_a_packed_form_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="64-bit"):
        Int64Array.unpack(text)
    with pytest.raises(MalformedRecord, match="cells"):
        decode(encode({"cells": text}), Row)


def test_zeros_are_zeros():
    assert list(Int64Array.zeros(3)) == [0, 0, 0]
