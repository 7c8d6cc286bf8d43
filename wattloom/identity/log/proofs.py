"""Verify proofs of the log; each raises, none returns a verdict. Source: RFC 9162, 2.1."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.merkle import HASH_BYTES, node_hash

EMPTY_ROOT: Final = sha256(b"").digest()
MAX_SIZE: Final = 1 << 63
"""More entries than any log will have."""


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise `IdentityRejected` unless a leaf's hash stands at `index`, from 0. Source: RFC 9162, 2.1.3.2."""
    _check_hashes((leaf, *path))  # (1) hashes of one size
    if not 0 <= index < size <= MAX_SIZE:  # (2) a place in a tree
        raise _rejected(f"index {index} is not in a log of {size} entries")
    at, last, reached = index, size - 1, leaf
    for beside in path:  # (3) up to the root, left and right as index and size say
        if last == 0:
            raise _rejected("the path goes on above the root")
        if at & 1 or at == last:
            reached = node_hash(beside, reached)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            reached = node_hash(reached, beside)
        at, last = at >> 1, last >> 1
    if last or reached != root:  # (4) to the end, and to this root
        raise _rejected("the path does not lead to the root")


def verify_consistency(
    first_size: int, first_root: bytes, second_size: int, second_root: bytes, path: Sequence[bytes]
) -> None:
    """Raise `IdentityRejected` unless the first log begins the second. Source: RFC 9162, 2.1.4.2."""
    _check_hashes((first_root, second_root, *path))  # (1) hashes of one size
    if not 0 <= first_size <= second_size <= MAX_SIZE:  # (2) it has only grown
        raise _rejected(f"a log of {first_size} entries has none of {second_size} as its continuation")
    if first_size in (0, second_size):  # (3) nothing to prove, by an empty path
        _check_trivial(first_size, first_root, second_size, second_root, path)
        return
    nodes = iter(path if first_size & (first_size - 1) else (first_root, *path))
    at, last = first_size - 1, second_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = next(nodes, b"")
    for node in nodes:  # (4) both roots from one path
        if last == 0:
            raise _rejected("the path goes on above the root")
        if at & 1 or at == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, node)
        at, last = at >> 1, last >> 1
    if last or (first, second) != (first_root, second_root):  # (5) to the end, and to these roots
        raise _rejected("the path does not lead to both roots")


def _check_trivial(
    first_size: int, first_root: bytes, second_size: int, second_root: bytes, path: Sequence[bytes]
) -> None:
    expected = second_root if first_size == second_size else EMPTY_ROOT
    if path or first_root != expected or (second_size == 0 and second_root != EMPTY_ROOT):
        raise _rejected("equal sizes have equal roots, an empty log the hash of nothing, and neither a path")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(node) != HASH_BYTES for node in hashes):
        raise _rejected(f"a hash is not {HASH_BYTES} bytes long")


def _rejected(problem: str) -> IdentityRejected:
    return IdentityRejected(Code.LOG_PROOF, f"log proof: {problem}")
