import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.network.chain import merkle
from wattloom.network.state.buckets import BUCKETS_PER_CONTRACT, empty_leaves, leaf_hash, store_name
from wattloom.network.state.tree import empty_tree, prove_store, state_root

roots = st.dictionaries(
    st.integers(0, BUCKETS_PER_CONTRACT - 1), st.binary(min_size=32, max_size=32), max_size=6
)


def leaves(contract, changed):
    expected = empty_leaves(contract)
    for bucket, root in changed.items():
        expected[bucket] = leaf_hash(store_name(contract, bucket), root)
    return expected


@given(first=roots, second=roots)
@settings(max_examples=8, deadline=None)
def test_a_changed_tree_has_the_root_of_one_built_anew(first, second):
    tree = empty_tree("accounts").with_roots(first).with_roots(second)
    assert tree.root == merkle.root_of_hashes(leaves("accounts", first | second))


def test_changing_a_tree_leaves_the_old_one_as_it_was():
    before = empty_tree("accounts")
    root = before.root
    assert before.with_roots({3: bytes(32)}).root != root
    assert before.root == root == merkle.root_of_hashes(empty_leaves("accounts"))
    assert before.with_roots({}) is before


def test_a_bucket_is_proven_in_the_tree_over_all_contracts():
    changed = {0: b"\x01" * 32, 77: b"\x02" * 32, BUCKETS_PER_CONTRACT - 1: b"\x03" * 32}
    trees = [empty_tree("accounts"), empty_tree("ledger").with_roots(changed), empty_tree("registry")]
    whole = leaves("accounts", {}) + leaves("ledger", changed) + leaves("registry", {})
    assert state_root(trees) == merkle.root_of_hashes(whole)
    for bucket, root in changed.items():
        expected = merkle.prove(whole, BUCKETS_PER_CONTRACT + bucket)
        assert prove_store(trees, 1, bucket, root) == expected
    empty = prove_store(trees, 2, 5, hashlib.sha256(b"").digest())
    assert empty == merkle.prove(whole, 2 * BUCKETS_PER_CONTRACT + 5)
