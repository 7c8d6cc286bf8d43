import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain.golden import vectors
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.chain.header import BLOCK_VERSION, NO_BLOCK, BlockID, Header, PartSetHeader
from wattloom.network.chain.timestamp import Timestamp

CASES = vectors("headers")
FIRST = Header.decode(bytes.fromhex(CASES[0]["encoded"]))


@pytest.mark.parametrize("case", CASES)
def test_encoding_and_hash_are_those_of_cometbft(case):
    encoded = bytes.fromhex(case["encoded"])
    header = Header.decode(encoded)
    assert header.encode() == encoded
    assert header.hash.hex() == case["hash"]


def test_fields_are_read_where_cometbft_writes_them():
    assert (FIRST.block_version, FIRST.app_version) == (BLOCK_VERSION, 0)
    assert (FIRST.chain_id, FIRST.height) == ("golden-1", 42)
    assert FIRST.time == Timestamp.from_rfc3339("2026-03-01T12:30:15.123456789Z")
    assert FIRST.last_block_id.parts.total == 3
    assert Header.decode(bytes.fromhex(CASES[1]["encoded"])).last_block_id == NO_BLOCK


@pytest.mark.parametrize("name", Header.__struct_fields__)
def test_every_field_changes_the_hash(name):
    changed = {int: 77, str: "other", bytes: b"\x01" * 32, Timestamp: Timestamp(1, 1),
               BlockID: BlockID(b"\x01" * 32, PartSetHeader(1, b"\x02" * 32))}  # fmt: skip
    other = msgspec.structs.replace(FIRST, **{name: changed[type(getattr(FIRST, name))]})
    assert other.hash != FIRST.hash


@given(st.integers(0, len(FIRST.encode()) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_the_hash(position, bit):
    flipped = bytearray(FIRST.encode())
    flipped[position] ^= 1 << bit
    try:
        read = Header.decode(bytes(flipped))
    except MalformedRecord:
        return
    assert read.hash != FIRST.hash


@pytest.mark.parametrize("extra", [b"\x78\x01", b"\x18\x2a", b"\x72\x00"])
def test_bytes_beyond_the_canonical_encoding_are_refused(extra):
    with pytest.raises(MalformedRecord, match="canonical"):
        Header.decode(FIRST.encode() + extra)
