import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.network.chain.encoding import length_prefixed, parse, uvarint
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.wire import cometbft_pb2 as wire


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_number_is_written_as_protobuf_writes_it(number):
    message = wire.HashedParams(block_max_bytes=number)
    assert message.SerializeToString() == (b"\x08" + uvarint(number) if number else b"")


def test_the_length_stands_before_the_bytes():
    assert length_prefixed(b"x" * 300) == b"\xac\x02" + b"x" * 300


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05abc", b"\x12\x02\xff\xfe"])
def test_bytes_that_are_no_protobuf_are_refused_with_the_record_s_name(data):
    with pytest.raises(MalformedRecord, match="Header"):
        parse(wire.Header, data)
