"""The upper level of the state tree: every bucket of every contract as one leaf, in the order of their names.

Contracts have the same number of buckets, a power of two, so each contract is a whole subtree and a changed
bucket costs the path above it alone. A subtree is held as a heap of hashes over chunks, which are heaps in
turn: node i has its children at 2i and 2i + 1, the root stands at 1. Nothing is changed in place: a change
copies the heaps that it touches, so whoever holds a tree may read on while the next block replaces it.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wattloom.network.chain import merkle
from wattloom.network.chain.encoding import HASH_BYTES
from wattloom.network.state.buckets import (
    BUCKET_BITS,
    NEW_INNER_NODE,
    empty_leaves,
    leaf_hash,
    store_name,
)

_CHUNK_BITS = BUCKET_BITS // 2
_CHUNK = 1 << _CHUNK_BITS


@dataclass(frozen=True, slots=True)
class ContractTree:
    """The subtree of one contract's buckets."""

    contract: str
    top: bytes
    chunks: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """Return the subtree's root."""
        return self.top[HASH_BYTES : 2 * HASH_BYTES]

    def with_roots(self, roots: Mapping[int, bytes]) -> "ContractTree":
        """Return the subtree with other roots of some buckets."""
        if not roots:
            return self
        by_chunk: dict[int, dict[int, bytes]] = {}
        for bucket, root in roots.items():
            leaf = leaf_hash(store_name(self.contract, bucket), root)
            by_chunk.setdefault(bucket >> _CHUNK_BITS, {})[bucket & (_CHUNK - 1)] = leaf
        chunks = list(self.chunks)
        for number, leaves in by_chunk.items():
            chunks[number] = _heap_with(chunks[number], leaves)
        top = _heap_with(self.top, {number: _heap_root(chunks[number]) for number in by_chunk})
        return ContractTree(self.contract, top, tuple(chunks))

    def aunts(self, bucket: int) -> list[bytes]:
        """Return the hashes beside the path from a bucket's leaf up to the subtree's root."""
        chunk = self.chunks[bucket >> _CHUNK_BITS]
        return [*_heap_aunts(chunk, bucket & (_CHUNK - 1)), *_heap_aunts(self.top, bucket >> _CHUNK_BITS)]


@functools.lru_cache(maxsize=64)
def empty_tree(contract: str) -> ContractTree:
    """Return the subtree of a contract that has no keys; kept for the life of the process."""
    leaves = empty_leaves(contract)
    chunks = tuple(_heap(leaves[start : start + _CHUNK]) for start in range(0, len(leaves), _CHUNK))
    return ContractTree(contract, _heap([_heap_root(chunk) for chunk in chunks]), chunks)


def state_root(trees: Iterable[ContractTree]) -> bytes:
    """Return the root over all contracts, given in the order of their names."""
    return merkle.root_of_hashes([tree.root for tree in trees])


def prove_store(trees: Sequence[ContractTree], position: int, bucket: int, root: bytes) -> merkle.Proof:
    """Prove the root of one bucket of the contract at `position`."""
    tree = trees[position]
    above = merkle.prove([each.root for each in trees], position)
    return merkle.Proof(
        total=len(trees) << BUCKET_BITS,
        index=(position << BUCKET_BITS) + bucket,
        leaf_hash=leaf_hash(store_name(tree.contract, bucket), root),
        aunts=(*tree.aunts(bucket), *above.aunts),
    )


def _heap(leaves: Sequence[bytes]) -> bytes:
    levels = list(merkle.levels(leaves))
    return bytes(HASH_BYTES) + b"".join(b"".join(level) for level in reversed(levels))


def _heap_root(heap: bytes) -> bytes:
    return heap[HASH_BYTES : 2 * HASH_BYTES]


def _heap_with(heap: bytes, leaves: Mapping[int, bytes]) -> bytes:
    """Return the heap with other leaves; unlike `merkle.levels` it hashes the paths above them alone."""
    changed = bytearray(heap)
    first = len(heap) // (2 * HASH_BYTES)
    for index, leaf in leaves.items():
        at = HASH_BYTES * (first + index)
        changed[at : at + HASH_BYTES] = leaf
    nodes = {(first + index) >> 1 for index in leaves}
    while nodes != {0}:
        for node in nodes:
            at = HASH_BYTES * node
            inner = NEW_INNER_NODE()
            inner.update(changed[2 * at : 2 * at + 2 * HASH_BYTES])
            changed[at : at + HASH_BYTES] = inner.digest()
        nodes = {node >> 1 for node in nodes}
    return bytes(changed)


def _heap_aunts(heap: bytes, index: int) -> list[bytes]:
    node, aunts = len(heap) // (2 * HASH_BYTES) + index, []
    while node > 1:
        sibling = HASH_BYTES * (node ^ 1)
        aunts.append(heap[sibling : sibling + HASH_BYTES])
        node >>= 1
    return aunts
