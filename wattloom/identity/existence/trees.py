"""Merkle trees over 2^d one-time keys, and the paths that prove a key stands in one.

A proof chooses neither hash nor prefixes, which stand in `merkle`, nor the depth, which comes with the tree's
epoch. Nothing here needs OpenSSL.
"""

from collections.abc import Sequence
from typing import Final

from wattloom.identity.errors import Code, IdentityRejected, InvalidRequest
from wattloom.identity.merkle import HASH_BYTES, leaf_hash, node_hash

MIN_DEPTH: Final = 4
MAX_DEPTH: Final = 10


class Tree:
    """The tree of 2^depth keys, in their order; raise `InvalidRequest` unless there are 2^4 to 2^10."""

    def __init__(self, public_keys: Sequence[bytes]) -> None:
        self.depth: Final = len(public_keys).bit_length() - 1
        if len(public_keys) != 1 << max(self.depth, 0) or not MIN_DEPTH <= self.depth <= MAX_DEPTH:
            raise InvalidRequest(
                f"tree: {len(public_keys)} keys, must be a power of two"
                f" from {1 << MIN_DEPTH} to {1 << MAX_DEPTH}"
            )
        self._levels = [[leaf_hash(key) for key in public_keys]]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node_hash(*below[at : at + 2]) for at in range(0, len(below), 2)])

    @property
    def root(self) -> bytes:
        """The hash over all keys."""
        return self._levels[-1][0]

    def path(self, index: int) -> tuple[bytes, ...]:
        """Return the hashes beside the way from a leaf up to the root, from below."""
        return tuple(level[(index >> height) ^ 1] for height, level in enumerate(self._levels[:-1]))


def check_path(public_key: bytes, index: int, path: Sequence[bytes], *, root: bytes, depth: int) -> None:
    """Raise `IdentityRejected` unless the key stands at `index` of the tree. Source: RFC 9162, 2.1.3.2."""
    # (1) the one depth of the tree, and a place in it
    if len(path) != depth or any(len(beside) != HASH_BYTES for beside in path):
        raise IdentityRejected(Code.EXISTENCE_PATH, f"path: must be {depth} hashes of {HASH_BYTES} bytes")
    if not 0 <= index < 1 << depth:
        raise IdentityRejected(Code.EXISTENCE_PATH, f"index: {index}, must be 0 to {(1 << depth) - 1}")
    # (2) leads from the key to the root, left and right as the index says
    reached = leaf_hash(public_key)
    for height, beside in enumerate(path):
        right = index >> height & 1
        reached = node_hash(beside, reached) if right else node_hash(reached, beside)
    if reached != root:
        raise IdentityRejected(Code.EXISTENCE_ROOT, "path: does not lead from the key to the tree's root")
