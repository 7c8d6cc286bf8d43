"""Format 1 of snapshots: the rows of a state in canonical order, cut into chunks, and a head that names them.

What is hashed is the same on every node: a chunk's hash is over its rows, and compression is how they travel.
So nodes whose compressors differ still offer the same snapshot, and a peer's chunk fits whoever packed it.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from wattloom.chaincode.api.state import MAX_VALUE_BYTES
from wattloom.network.chain.encoding import HASH_BYTES
from wattloom.network.state.restore import Row
from wattloom.network.state.views import MAX_KEY_BYTES

T = TypeVar("T")

FORMAT = 1

CHUNK_BYTES = 2 << 20
"""A chunk ends with the row that brings it here, counting for each what its encoding adds at most."""

ROW_OVERHEAD_BYTES = 16

MAX_CHUNK_BYTES = CHUNK_BYTES + MAX_KEY_BYTES + MAX_VALUE_BYTES + 1_024
"""Of a chunk as it is hashed."""

MAX_PACKED_BYTES = MAX_CHUNK_BYTES + (MAX_CHUNK_BYTES >> 8) + 1_024
"""Of a chunk as it travels: what cannot be compressed grows a little."""

MAX_CHUNKS = 16_384
"""32 GiB of state."""

MAX_CONTRACTS = 256
MAX_HEIGHT = (1 << 63) - 1

COMPRESSION_LEVEL = 3
"""Decision record 0011 has the figures."""


class SnapshotRejected(Exception):
    """A snapshot's head, or one of its chunks, is not of this format."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the snapshot is refused: {what}")


class ChunkDamaged(Exception):
    """A chunk is not the one that the snapshot names: another peer may have it."""


class Head(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a snapshot says of itself, as ABCI's metadata.

    `contracts` are those that its state root covers; `chunk_hashes` stand end to end. The block's time is
    under no root: until the next block, queries and checks go by it.
    """

    block_time_s: int
    contracts: tuple[str, ...]
    chunk_hashes: bytes

    def encode(self) -> bytes:
        """Return the canonical encoding."""
        return _encode(self)

    @property
    def chunks(self) -> int:
        """Return the number of chunks."""
        return len(self.chunk_hashes) // HASH_BYTES

    def chunk_hash(self, index: int) -> bytes:
        """Return the hash of a chunk."""
        return self.chunk_hashes[HASH_BYTES * index : HASH_BYTES * (index + 1)]


class SnapshotInfo(msgspec.Struct, frozen=True):
    """A snapshot as ABCI lists and offers it; equal ones are equal in every field."""

    height: int
    format: int
    chunks: int
    hash: bytes
    metadata: bytes

    @classmethod
    def of(cls, height: int, head: Head) -> "SnapshotInfo":
        """Return how a snapshot of this format is listed."""
        metadata = head.encode()
        return cls(height, FORMAT, head.chunks, hashlib.sha256(metadata).digest(), metadata)

    def head(self) -> Head:
        """Read the head of a snapshot of this format; raise `SnapshotRejected`."""
        if hashlib.sha256(self.metadata).digest() != self.hash:
            raise SnapshotRejected("its hash is not the one of its metadata")
        if not (0 < self.height <= MAX_HEIGHT and 0 < self.chunks <= MAX_CHUNKS):
            raise SnapshotRejected(f"it has height {self.height} and {self.chunks} chunks")
        head = _read(_head_decoder, self.metadata, "its metadata")
        if len(head.chunk_hashes) != HASH_BYTES * self.chunks or head.block_time_s < 0:
            raise SnapshotRejected("its metadata does not name its chunks")
        if not 0 < len(head.contracts) <= MAX_CONTRACTS or list(head.contracts) != sorted(
            set(head.contracts)
        ):
            raise SnapshotRejected("its contracts are none, too many or not in order")
        return head


_encode = msgspec.msgpack.Encoder().encode
_head_decoder = msgspec.msgpack.Decoder(Head)
_rows_decoder = msgspec.msgpack.Decoder(list[Row])


def cut(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows of each chunk; a state without rows has one chunk."""
    chunk: list[Row] = []
    size_bytes, cut_any = 0, False
    for row in rows:
        chunk.append(row)
        size_bytes += len(row[0]) + len(row[1].encode()) + len(row[2])
        if size_bytes + ROW_OVERHEAD_BYTES * len(chunk) >= CHUNK_BYTES:
            yield chunk
            chunk, size_bytes, cut_any = [], 0, True
    if chunk or not cut_any:
        yield chunk


def pack(rows: list[Row]) -> tuple[bytes, bytes]:
    """Return a chunk's hash, and the chunk as it travels."""
    encoded = _encode(rows)
    return hashlib.sha256(encoded).digest(), zlib.compress(encoded, COMPRESSION_LEVEL)


def unpack(packed: bytes, chunk_hash: bytes) -> list[Row]:
    """Return the rows of a chunk.

    Raises
    ------
    ChunkDamaged : it is another chunk than the one with this hash
    SnapshotRejected : it is that one, and holds no rows
    """
    encoded = _inflate(packed)
    if hashlib.sha256(encoded).digest() != chunk_hash:
        raise ChunkDamaged("its hash is another than the snapshot says")
    return _read(_rows_decoder, encoded, "a chunk")


def _inflate(packed: bytes) -> bytes:
    if len(packed) > MAX_PACKED_BYTES:
        raise ChunkDamaged(f"it has {len(packed)} bytes, more than {MAX_PACKED_BYTES}")
    inflater = zlib.decompressobj()
    try:
        encoded = inflater.decompress(packed, MAX_CHUNK_BYTES)
    except zlib.error as error:
        raise ChunkDamaged(str(error)) from error
    if not inflater.eof or inflater.unused_data:
        raise ChunkDamaged("it is cut short, too long, or followed by something else")
    return encoded


def _read(decoder: msgspec.msgpack.Decoder[T], data: bytes, what: str) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotRejected(f"{what} cannot be read: {error}") from error
