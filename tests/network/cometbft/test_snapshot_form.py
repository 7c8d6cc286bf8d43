import hashlib
import zlib
from contextlib import suppress

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from wattloom.network.cometbft import snapshot_form
from wattloom.network.cometbft.snapshot_form import (
    CHUNK_BYTES,
    MAX_CHUNK_BYTES,
    MAX_CHUNKS,
    MAX_PACKED_BYTES,
    ChunkDamaged,
    Head,
    SnapshotInfo,
    SnapshotRejected,
    cut,
    pack,
    unpack,
)

ROWS = st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20), st.binary(max_size=60)), max_size=20)
SOME_ROWS = [("accounts", f"account/{n}", b'{"free_nano":"%d"}' % (n * n)) for n in range(40)]
HEAD = Head(block_time_s=1_700_000_000, contracts=("accounts", "ledger"), chunk_hashes=bytes(range(96)))


def hashed(content):
    return hashlib.sha256(content).digest()


@given(rows=ROWS)
def test_packed_rows_come_back(rows):
    chunk_hash, packed = pack(rows)
    assert unpack(packed, chunk_hash) == rows


def test_the_form_is_what_it_was():
    chunk_hash, packed = pack([("accounts", "a/1", b"1"), ("ledger", "facts", b"{}")])
    assert (
        zlib.decompress(packed).hex()
        == "9293a86163636f756e7473a3612f31c4013193a66c6564676572a56661637473c4027b7d"
    )
    info = SnapshotInfo.of(7, replace(HEAD, chunk_hashes=chunk_hash))
    assert info.metadata.hex() == f"93ce6553f10092a86163636f756e7473a66c6564676572c420{chunk_hash.hex()}"
    assert (info.height, info.format, info.chunks, info.hash) == (7, 1, 1, hashed(info.metadata))


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_flipped_bit_of_a_chunk_is_found_unless_it_changes_nothing(at, bit):
    chunk_hash, packed = pack(SOME_ROWS)
    flipped = bytearray(packed)
    flipped[at % len(packed)] ^= 1 << bit
    with suppress(ChunkDamaged):
        assert unpack(bytes(flipped), chunk_hash) == SOME_ROWS  # the last bits before the checksum are unused


def test_every_flipped_byte_of_a_chunk_is_refused():
    chunk_hash, packed = pack(SOME_ROWS)
    for at in range(len(packed)):
        flipped = packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :]
        with pytest.raises(ChunkDamaged):
            unpack(flipped, chunk_hash)


@given(garbage=st.binary(max_size=200))
@example(b"")
def test_bytes_that_are_no_chunk_raise_our_error_alone(garbage):
    with pytest.raises(ChunkDamaged):
        unpack(garbage, hashed(garbage))


@pytest.mark.parametrize("cut_off", [1, 4, 5, 50])
def test_a_chunk_that_is_cut_short_is_refused(cut_off):
    chunk_hash, packed = pack(SOME_ROWS)
    with pytest.raises(ChunkDamaged):
        unpack(packed[:-cut_off], chunk_hash)


def test_a_chunk_that_is_followed_by_something_is_refused():
    chunk_hash, packed = pack(SOME_ROWS)
    with pytest.raises(ChunkDamaged, match="followed by something"):
        unpack(packed + b"\0", chunk_hash)


def test_a_chunk_that_inflates_without_end_is_refused():
    bomb = zlib.compress(bytes(50 * MAX_CHUNK_BYTES))
    assert len(bomb) < 1 << 20
    with pytest.raises(ChunkDamaged, match="too long"):
        unpack(bomb, hashed(bytes(50 * MAX_CHUNK_BYTES)))


def test_a_chunk_that_is_too_long_is_not_even_inflated():
    with pytest.raises(ChunkDamaged, match="more than"):
        unpack(bytes(MAX_PACKED_BYTES + 1), bytes(32))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"rows": []}),
        msgspec.msgpack.encode([1, 2, 3]),
        msgspec.msgpack.encode([["accounts", "a"]]),
        msgspec.msgpack.encode([["accounts", "a", b"", b""]]),
        msgspec.msgpack.encode([["accounts", "a", "text"]]),
        msgspec.msgpack.encode([]) + b"\x90",
        b"\x91\x93\xa1\xff\xa1a\xc4\x00",  # no UTF-8
        b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff",  # a list of four thousand million rows
    ],
)
def test_a_chunk_of_the_right_hash_that_holds_no_rows_is_the_snapshots_fault(content):
    with pytest.raises(SnapshotRejected, match="a chunk cannot be read"):
        unpack(zlib.compress(content), hashed(content))


@given(rows=ROWS, chunk_bytes=st.integers(1, 600))
def test_chunks_hold_every_row_once_and_in_order(rows, chunk_bytes):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(snapshot_form, "CHUNK_BYTES", chunk_bytes)
        chunks = list(cut(rows))
    assert [row for chunk in chunks for row in chunk] == rows
    assert all(chunks) if rows else chunks == [[]]


@pytest.mark.parametrize("row", [("a", "", b""), ("contract" * 8, "k" * 400, bytes(1 << 20))])
def test_no_chunk_is_longer_than_what_is_taken(row):
    count = 3 * CHUNK_BYTES // (16 + sum(map(len, row))) + 1
    for chunk in cut([row] * count):
        assert len(msgspec.msgpack.encode(chunk)) <= MAX_CHUNK_BYTES
        chunk_hash, packed = pack(chunk)
        assert unpack(packed, chunk_hash) == chunk


def test_an_info_gives_back_its_head():
    assert SnapshotInfo.of(7, HEAD).head() == HEAD
    assert HEAD.chunk_hash(1) == bytes(range(32, 64))


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_flipped_bit_of_the_metadata_is_refused(at, bit):
    info = SnapshotInfo.of(7, HEAD)
    flipped = bytearray(info.metadata)
    flipped[at % len(flipped)] ^= 1 << bit
    with pytest.raises(SnapshotRejected, match="hash"):
        replace(info, metadata=bytes(flipped)).head()


@given(metadata=st.binary(max_size=100), chunks=st.integers(0, 2**32 - 1), height=st.integers(0, 2**64 - 1))
def test_whatever_is_no_head_raises_our_error_alone(metadata, chunks, height):
    info = SnapshotInfo(height, 1, chunks, hashed(metadata), metadata)
    with pytest.raises(SnapshotRejected):
        info.head()


@pytest.mark.parametrize(
    ("head", "chunks", "height"),
    [
        (HEAD, 2, 7),
        (HEAD, 4, 7),
        (HEAD, 0, 7),
        (HEAD, 3, 0),
        (replace(HEAD, chunk_hashes=b""), 0, 7),
        (replace(HEAD, chunk_hashes=bytes(95)), 3, 7),
        (replace(HEAD, chunk_hashes=bytes(32 * (MAX_CHUNKS + 1))), MAX_CHUNKS + 1, 7),
        (replace(HEAD, block_time_s=-1), 3, 7),
        (replace(HEAD, contracts=()), 3, 7),
        (replace(HEAD, contracts=("ledger", "accounts")), 3, 7),
        (replace(HEAD, contracts=("ledger", "ledger")), 3, 7),
        (replace(HEAD, contracts=tuple(f"c{n:03d}" for n in range(257))), 3, 7),
    ],
)
def test_a_head_that_contradicts_itself_is_refused(head, chunks, height):
    info = replace(SnapshotInfo.of(7, head), chunks=chunks, height=height)
    with pytest.raises(SnapshotRejected):
        info.head()
