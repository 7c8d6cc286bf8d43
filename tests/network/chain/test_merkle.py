import hashlib

import msgspec
import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain.golden import vectors
from wattloom.network.chain import merkle
from wattloom.network.chain.errors import ChainError, MalformedRecord, ProofRejected

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=40, unique=True)


def golden_leaves(count):
    return [hashlib.sha256(f"leaf {i}".encode()).digest()[: i % 33] for i in range(count)]


def test_roots_are_those_of_cometbft():
    assert [merkle.root(golden_leaves(count)).hex() for count in range(71)] == vectors("merkle")["roots"]


@pytest.mark.parametrize("case", vectors("merkle")["proofs"])
def test_proofs_are_those_of_cometbft(case):
    leaves = golden_leaves(case["total"])
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    assert merkle.prove(hashes, case["index"]).encode().hex() == case["proof"]
    merkle.verify(
        merkle.Proof.decode(bytes.fromhex(case["proof"])), merkle.root(leaves), leaves[case["index"]]
    )


@given(LEAVES)
def test_roots_are_those_of_pymerkle(leaves):
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    assert merkle.root(leaves) == tree.get_root()


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.root([]) == merkle.root_of_hashes([]) == hashlib.sha256().digest()


@given(LEAVES)
def test_every_leaf_has_a_proof(leaves):
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    proofs = merkle.prove_all(hashes)
    assert proofs == [merkle.prove(hashes, i) for i in range(len(leaves))]
    for leaf, proof in zip(leaves, proofs, strict=True):
        merkle.verify(proof, merkle.root(leaves), leaf)


@given(LEAVES, st.data())
def test_a_proof_fits_no_other_leaf_root_or_position(leaves, data):
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = merkle.prove(hashes, index), merkle.root(leaves)
    elsewhere = data.draw(st.integers(-2, len(leaves) + 2).filter(lambda i: i != index))
    moved = msgspec.structs.replace(proof, index=elsewhere)
    for wrong in ((proof, root, leaves[index] + b"!"), (proof, hashlib.sha256(root).digest(), leaves[index]),
                  (moved, root, leaves[index])):  # fmt: skip
        with pytest.raises(ProofRejected):
            merkle.verify(*wrong)


@given(LEAVES.filter(lambda leaves: len(leaves) > 1), st.data())
def test_a_flipped_bit_in_a_proof_never_proves_another_place(leaves, data):
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = merkle.prove(hashes, index)
    flipped = bytearray(proof.encode())
    flipped[data.draw(st.integers(0, len(flipped) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = merkle.Proof.decode(bytes(flipped))
        merkle.verify(read, merkle.root(leaves), leaves[index])
    except ChainError:
        return
    # The number of leaves is the one part that a path does not bind.
    assert msgspec.structs.replace(read, total=proof.total) == proof


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"index": 3}, "not in a tree"),
        ({"total": 0, "index": 0}, "not in a tree"),
        ({"total": 2**62}, "ends below"),
        ({"aunts": (b"\x00" * 32,) * 101}, "more than 100"),
        ({"aunts": (b"\x00" * 31,) * 2}, "32 bytes"),
        ({"aunts": (b"\x00" * 32,) * 3}, "goes on above"),
    ],
)
def test_a_path_that_no_tree_has_is_refused(change, what):
    proof = merkle.prove([merkle.leaf_hash(bytes([i])) for i in range(3)], 0)
    with pytest.raises(ProofRejected, match=what):
        merkle.proven_root(msgspec.structs.replace(proof, **change))


def test_a_proof_with_more_bytes_than_its_canonical_encoding_is_refused():
    proof = merkle.prove([merkle.leaf_hash(b"")], 0)
    with pytest.raises(MalformedRecord, match="canonical"):
        merkle.Proof.decode(proof.encode() + b"\x10\x00")
