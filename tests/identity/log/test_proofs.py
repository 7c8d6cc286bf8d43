import pymerkle.core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import verify_inclusion as oracle
from pymerkle.proof import InvalidProof

from wattloom.identity.errors import Code, IdentityRejected, InvalidRequest
from wattloom.identity.log.proofs import (
    EMPTY_ROOT,
    verify_consistency,
    verify_inclusion,
)
from wattloom.identity.log.tree import LogTree
from wattloom.identity.merkle import leaf_hash, node_hash

LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(70)]
TREE = LogTree(LEAVES)


def naive_root(hashes):
    """RFC 9162, 2.1.1, word for word."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(naive_root(hashes[:split]), naive_root(hashes[split:]))


def flipped(parts):
    """Yield the parts with one bit of each byte turned."""
    for number, part in enumerate(parts):
        for place in range(len(part)):
            broken = bytearray(part)
            broken[place] ^= 1 << place % 8
            yield [*parts[:number], bytes(broken), *parts[number + 1 :]]


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_roots_are_those_of_the_standard(size):
    assert TREE.root(size) == naive_root(LEAVES[:size])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 70])
def test_every_entry_is_proven_in_every_size_and_the_oracle_agrees(size):
    root = TREE.root(size)
    for index in range(size):
        verify_inclusion(LEAVES[index], index, size, TREE.inclusion_path(index, size), root)
        oracle(LEAVES[index], root, TREE.prove_inclusion(index + 1, size), index=index + 1, size=size)


def test_every_size_continues_every_earlier_one():
    for second in range(len(LEAVES) + 1):
        for first in range(second + 1):
            path = TREE.consistency_path(first, second)
            verify_consistency(first, TREE.root(first), second, TREE.root(second), path)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (5, 11), (63, 64), (69, 70)])
def test_every_flipped_byte_of_an_inclusion_proof_is_refused(index, size):
    parts = [LEAVES[index], TREE.root(size), *TREE.inclusion_path(index, size)]
    for leaf, root, *path in flipped(parts):
        with pytest.raises(IdentityRejected) as refusal:
            verify_inclusion(leaf, index, size, path, root)
        assert refusal.value.code is Code.LOG_PROOF


@pytest.mark.parametrize(("first", "second"), [(1, 2), (3, 7), (4, 7), (6, 8), (32, 70), (69, 70), (5, 5)])
def test_every_flipped_byte_of_a_consistency_proof_is_refused(first, second):
    parts = [TREE.root(first), TREE.root(second), *TREE.consistency_path(first, second)]
    for earlier, later, *path in flipped(parts):
        with pytest.raises(IdentityRejected):
            verify_consistency(first, earlier, second, later, path)


@given(st.data())
def test_a_proof_holds_for_its_own_place_and_size_alone(data):
    size = data.draw(st.integers(2, len(LEAVES)))
    index, other = data.draw(st.permutations(range(size)))[:2]
    path = TREE.inclusion_path(index, size)
    with pytest.raises(IdentityRejected):
        verify_inclusion(LEAVES[index], other, size, path, TREE.root(size))


@settings(max_examples=200)
@given(st.lists(st.binary(min_size=32, max_size=32), max_size=8), st.integers(-1, 9), st.integers(-1, 9))
def test_paths_out_of_noise_are_refused_in_our_words(path, one, other):
    with pytest.raises(IdentityRejected):
        verify_inclusion(LEAVES[0], one, other, path, bytes(32))
    with pytest.raises(IdentityRejected):
        verify_consistency(one, bytes(32), other, bytes([1]) * 32, path)


@pytest.mark.parametrize("extra", [1, 2])
def test_a_path_too_long_or_too_short_is_refused(extra):
    path = TREE.inclusion_path(3, 7)
    for changed in ([*path, *LEAVES[:extra]], path[:-extra]):
        with pytest.raises(IdentityRejected):
            verify_inclusion(LEAVES[3], 3, 7, changed, TREE.root(7))


def test_a_leaf_is_never_taken_for_a_node():
    entry = LEAVES[0] + LEAVES[1]
    assert leaf_hash(entry) != node_hash(LEAVES[0], LEAVES[1])


@pytest.mark.parametrize(("index", "size"), [(-1, 2), (2, 2), (0, 71)])
def test_what_is_not_in_the_log_cannot_be_proven(index, size):
    with pytest.raises(InvalidRequest):
        TREE.inclusion_path(index, size)


def test_growing_keeps_old_proofs():
    tree = LogTree(LEAVES[:9])
    root, path = tree.root(), tree.inclusion_path(4, 9)
    tree.extend(LEAVES[9:40])
    assert tree.root(9) == root
    assert tree.inclusion_path(4, 9) == path
    tree.append_entry(b"one more")
    assert tree.size == 41


def test_the_oracle_refuses_what_we_refuse():
    proof = TREE.prove_inclusion(4, 7)
    with pytest.raises(InvalidProof):
        oracle(LEAVES[4], TREE.root(7), proof)
    assert issubclass(LogTree, pymerkle.core.BaseMerkleTree)
