import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.network.chain import merkle, value_proof
from wattloom.network.state import StateCorrupt
from wattloom.network.state.buckets import (
    BUCKETS_PER_CONTRACT,
    Bucket,
    bucket_of,
    decode,
    empty_leaves,
    encode,
    leaf_hash,
    packed_root,
    root_in,
    store_name,
)
from wattloom.network.state.views import MAX_KEY_BYTES

keys = st.binary(min_size=1, max_size=6)


@given(key=st.binary(max_size=MAX_KEY_BYTES), value=st.binary(max_size=300))
def test_a_leaf_is_the_light_clients_leaf(key, value):
    assert leaf_hash(key, value) == merkle.leaf_hash(value_proof.leaf(key, value))


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_the_packed_root_is_the_chains_root(hashes):
    assert packed_root(b"".join(hashes)) == merkle.root_of_hashes(hashes)


def test_empty_leaves_are_those_of_empty_stores():
    leaves = empty_leaves("accounts")
    assert len(leaves) == BUCKETS_PER_CONTRACT
    for bucket in (0, 1, 255, 256, BUCKETS_PER_CONTRACT - 1):
        assert leaves[bucket] == leaf_hash(store_name("accounts", bucket), hashlib.sha256(b"").digest())


@given(st.lists(st.tuples(keys, st.binary(max_size=2) | st.none()), max_size=20))
def test_a_bucket_after_any_changes_is_the_bucket_of_what_remains(changes):
    bucket, remaining = Bucket([], b""), {}
    for key, value in changes:
        bucket.put(key, None if value is None else leaf_hash(key, value))
        remaining[key] = value
    present = sorted((key, value) for key, value in remaining.items() if value is not None)
    record = encode(bucket)
    assert root_in(record) == merkle.root([value_proof.leaf(key, value) for key, value in present])
    assert decode(record).keys == [key for key, _ in present]
    assert decode(record).hashes == b"".join(leaf_hash(key, value) for key, value in present)
    assert (record is None) == (not present)


def test_every_key_of_a_bucket_is_proven():
    bucket = Bucket([], b"")
    for number in range(7):
        bucket.put(b"key%d" % number, leaf_hash(b"key%d" % number, b"value"))
    for number in range(7):
        leaf = value_proof.leaf(b"key%d" % number, b"value")
        merkle.verify(bucket.prove(b"key%d" % number), root_in(encode(bucket)), leaf)


def test_buckets_are_named_by_contract_and_four_hex_digits():
    number = bucket_of(b"account/ann")
    assert 0 <= number < BUCKETS_PER_CONTRACT
    assert store_name("accounts", 0x2A) == b"accounts.002a"


def test_a_damaged_record_is_told():
    with pytest.raises(StateCorrupt, match="bucket record"):
        decode(bytes(32) + b"\xc1")
