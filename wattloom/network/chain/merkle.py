"""CometBFT's Merkle tree: RFC 6962 hashing, split at the largest power of two below the number of leaves.

A level with an odd node at its end hands that node up unchanged; built from below, that is the same tree.
Source: RFC 6962, 2.1; CometBFT `crypto/merkle`. A proof binds the value and its place in the tree, but not
the number of leaves: in a tree of five and in one of six a leaf may have the same path.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from wattloom.network.chain.encoding import HASH_BYTES, parse, require_canonical, sha256
from wattloom.network.chain.errors import ProofRejected
from wattloom.network.wire import cometbft_pb2 as wire

EMPTY_ROOT = sha256(b"")
MAX_AUNTS = 100


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf's bytes, apart from inner nodes by its prefix."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """Hash two child nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaves given as bytes."""
    return root_of_hashes([leaf_hash(leaf) for leaf in leaves])


def root_of_hashes(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over leaves that are hashed already."""
    if not leaf_hashes:
        return EMPTY_ROOT
    *_, top = levels(leaf_hashes)
    return top[0]


def levels(leaf_hashes: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Go through the tree from the leaf hashes up to the level that holds the root alone."""
    sha, level = hashlib.sha256, leaf_hashes
    yield level
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha(b"\x01" + left + right).digest() for left, right in pairs]
        if len(level) % 2:
            above.append(level[-1])
        level = above
        yield level


class Proof(msgspec.Struct, frozen=True):
    """The path from one leaf to the root.

    Attributes
    ----------
    total : number of leaves
    index : the leaf's position, from 0
    leaf_hash : the leaf, hashed
    aunts : hashes beside the path, from the leaf's sibling to the root's child
    """

    total: int
    index: int
    leaf_hash: bytes
    aunts: tuple[bytes, ...]

    def to_message(self) -> wire.Proof:
        """Return the protobuf form."""
        return wire.Proof(total=self.total, index=self.index, leaf_hash=self.leaf_hash, aunts=self.aunts)

    @classmethod
    def from_message(cls, message: wire.Proof) -> "Proof":
        """Read the protobuf form."""
        return cls(message.total, message.index, message.leaf_hash, tuple(message.aunts))

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return self.to_message().SerializeToString()

    @classmethod
    def decode(cls, data: bytes) -> "Proof":
        """Read canonical bytes, or raise `MalformedRecord`."""
        proof = cls.from_message(parse(wire.Proof, data))
        require_canonical(wire.Proof, data, proof.encode())
        return proof


def prove_all(leaf_hashes: Sequence[bytes]) -> list[Proof]:
    """One proof per leaf, in order, from one walk over the tree."""
    tree = list(levels(leaf_hashes))[:-1]
    return [
        Proof(len(leaf_hashes), index, leaf, _aunts(tree, index)) for index, leaf in enumerate(leaf_hashes)
    ]


def prove(leaf_hashes: Sequence[bytes], index: int) -> Proof:
    """Prove the leaf at `index`."""
    tree = list(levels(leaf_hashes))[:-1]
    return Proof(len(leaf_hashes), index, leaf_hashes[index], _aunts(tree, index))


def _aunts(tree: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    siblings = ((level, (index >> depth) ^ 1) for depth, level in enumerate(tree))
    return tuple(level[position] for level, position in siblings if position < len(level))


def verify(proof: Proof, root: bytes, leaf: bytes) -> None:
    """Raise `ProofRejected` unless the proof leads from `leaf` to `root`."""
    if proof.leaf_hash != leaf_hash(leaf):  # (1) it speaks of this leaf
        raise ProofRejected("the proof is for another leaf")
    if proven_root(proof) != root:  # (2) its path ends at this root
        raise ProofRejected("the path leads to another root")


def proven_root(proof: Proof) -> bytes:
    """Follow the path to the root it ends at; raise `ProofRejected` if no such tree has this path."""
    _check_form(proof)
    node, position, width, aunts = proof.leaf_hash, proof.index, proof.total, iter(proof.aunts)
    while width > 1:
        if position ^ 1 < width:  # a last odd node has no sibling and goes up unchanged
            aunt = next(aunts, None)
            if aunt is None:
                raise ProofRejected("the path ends below the root")
            node = inner_hash(aunt, node) if position & 1 else inner_hash(node, aunt)
        position, width = position >> 1, (width + 1) >> 1
    if next(aunts, None) is not None:
        raise ProofRejected("the path goes on above the root")
    return node


def _check_form(proof: Proof) -> None:
    if not 0 <= proof.index < proof.total:
        raise ProofRejected(f"index {proof.index} is not in a tree of {proof.total} leaves")
    if len(proof.aunts) > MAX_AUNTS:
        raise ProofRejected(f"{len(proof.aunts)} aunts are more than {MAX_AUNTS}")
    if any(len(node) != HASH_BYTES for node in (proof.leaf_hash, *proof.aunts)):
        raise ProofRejected(f"a node is not {HASH_BYTES} bytes long")
