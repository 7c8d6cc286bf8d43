import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattloom.network.state import META, StorageFailed
from wattloom.network.state.views import MAX_KEY_BYTES

keys = st.binary(min_size=1, max_size=4)


def fill(store, values):
    with store.batch() as batch:
        for key in dict(batch.items(META)):
            batch.delete(META, key)
        for key, value in values.items():
            batch.put(META, key, value)


@given(values=st.dictionaries(keys, st.binary(max_size=3), max_size=12), start=keys | st.just(b""), stop=keys)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_scan_yields_the_half_open_range_in_key_order(store, values, start, stop):
    fill(store, values)
    with store.snapshot() as snapshot:
        ranged = list(snapshot.scan(META, start, stop))
        assert list(snapshot.items(META)) == sorted(values.items())
        assert snapshot.count(META) == len(values)
    assert ranged == sorted((key, value) for key, value in values.items() if start <= key < stop)


def test_a_batch_reads_its_own_writes(store):
    fill(store, {b"a": b"1", b"b": b"2"})
    with store.batch() as batch:
        batch.put(META, b"c", b"3")
        batch.delete(META, b"a")
        assert batch.get(META, b"c") == b"3"
        assert list(batch.items(META)) == [(b"b", b"2"), (b"c", b"3")]


def test_removing_what_is_not_there_does_nothing(store):
    fill(store, {b"a": b"1"})
    with store.batch() as batch:
        batch.delete(META, b"b")
    with store.snapshot() as snapshot:
        assert list(snapshot.items(META)) == [(b"a", b"1")]


def test_keys_longer_than_any_stored_one_find_nothing(store):
    longest = b"k" * MAX_KEY_BYTES
    fill(store, {longest: b"1", b"l": b"2"})
    with store.snapshot() as snapshot:
        assert snapshot.get(META, longest) == b"1"
        assert snapshot.get(META, longest + b"k") is None
        assert list(snapshot.scan(META, longest + b"k")) == [(b"l", b"2")]


def test_a_key_that_is_too_long_cannot_be_written(store):
    with pytest.raises(StorageFailed), store.batch() as batch:
        batch.put(META, b"k" * (MAX_KEY_BYTES + 1), b"1")


def test_a_closed_snapshot_reads_no_more(store):
    snapshot = store.snapshot()
    snapshot.close()
    with pytest.raises(StorageFailed):
        snapshot.get(META, b"a")
    with pytest.raises(StorageFailed):
        list(snapshot.items(META))
