"""The log's Merkle tree, by `pymerkle`, over leaf hashes held in memory (32 bytes an entry)."""

from collections.abc import Iterable, Iterator
from typing import Final

from pymerkle.core import BaseMerkleTree

from wattloom.identity.errors import InvalidRequest
from wattloom.identity.merkle import HASH_BYTES

_THRESHOLD: Final = 16
"""Subtrees of so many leaves and more are remembered, which makes a proof cost some tens of hashes."""

_CACHE_BYTES: Final = 256 * 1024 * 1024


class LogTree(BaseMerkleTree):  # type: ignore[misc] # pymerkle has no types
    """Append-only tree; positions count from 0, sizes from nothing to all."""

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        super().__init__("sha256", threshold=_THRESHOLD, capacity=_CACHE_BYTES)
        self._hashes = bytearray(b"".join(leaf_hashes))

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self._hashes) // HASH_BYTES

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append entries that are hashed already."""
        self._hashes += b"".join(leaf_hashes)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` entries, or over all."""
        return bytes(self.get_root(size))

    def inclusion_path(self, index: int, size: int) -> list[bytes]:
        """Return the hashes beside the way from an entry up to the root of this size."""
        if not 0 <= index < size <= self.size:
            raise InvalidRequest(
                f"log: entry {index} is not in a log of {size} entries, which has {self.size}"
            )
        return list(self.prove_inclusion(index + 1, size).path[1:])  # pymerkle counts from 1, leaf first

    def consistency_path(self, first: int, second: int) -> list[bytes]:
        """Return what leads to both roots, which pymerkle has in another form. Source: RFC 9162, 2.1.4.1."""
        if not 0 <= first <= second <= self.size:
            raise InvalidRequest(f"log: sizes {first} and {second} are not in order below {self.size}")
        if first in (0, second):
            return []
        return [bytes(self._get_root(*part)) for part in _subproof(first, 0, second, whole=True)]

    def _encode_entry(self, data: bytes) -> bytes:
        return data

    def _store_leaf(self, data: bytes, digest: bytes) -> int:  # noqa: ARG002 - pymerkle's signature
        self._hashes += digest
        return self.size

    def _get_leaf(self, index: int) -> bytes:
        return bytes(self._hashes[(index - 1) * HASH_BYTES : index * HASH_BYTES])

    def _get_leaves(self, offset: int, width: int) -> list[bytes]:
        part = bytes(self._hashes[offset * HASH_BYTES : (offset + width) * HASH_BYTES])
        return [part[at : at + HASH_BYTES] for at in range(0, len(part), HASH_BYTES)]

    def _get_size(self) -> int:
        return self.size


def _subproof(first: int, start: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """Yield the ranges of leaves whose roots make the path; `whole` while the first log's root is known."""
    if first == end - start:
        if not whole:
            yield start, end
        return
    split = 1 << (end - start - 1).bit_length() - 1
    if first <= split:
        yield from _subproof(first, start, start + split, whole=whole)
        yield start + split, end
    else:
        yield from _subproof(first - split, start + split, end, whole=False)
        yield start, start + split
