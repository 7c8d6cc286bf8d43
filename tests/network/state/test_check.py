import random

import pytest

from tests.network.state.ledger import Ledger
from wattloom.network.state import BUCKETS, META, STATE, UNDO, StateCorrupt


@pytest.fixture
def full(store):
    ledger = Ledger(store)
    chance = random.Random(3)
    for _ in range(6):
        numbers = [chance.randrange(30) for _ in range(10)]
        changes = {f"account/{number}": chance.choice([chance.randbytes(20), None]) for number in numbers}
        ledger.change({"accounts": changes, "registry": {"count": chance.randbytes(4)}})
    ledger.world.check()
    return ledger


def rows(ledger, table):
    with ledger.store.snapshot() as snapshot:
        return list(snapshot.items(table))


def put(ledger, table, key, value):
    with ledger.store.batch() as batch:
        if value is None:
            batch.delete(table, key)
        else:
            batch.put(table, key, value)


@pytest.mark.parametrize("table", [STATE, BUCKETS, UNDO, META])
def test_any_altered_byte_of_a_value_is_found(full, table):
    for key, value in rows(full, table):
        for at in range(len(value)):
            put(full, table, key, value[:at] + bytes([value[at] ^ 1 << at % 8]) + value[at + 1 :])
            with pytest.raises(StateCorrupt):
                full.world.check()
        put(full, table, key, value)
    full.world.check()


@pytest.mark.parametrize("table", [STATE, BUCKETS, UNDO, META])
def test_any_missing_row_is_found(full, table):
    oldest_undo_may_go = table == UNDO  # without it the window is shorter, as on a node that keeps less
    for key, value in rows(full, table)[oldest_undo_may_go:]:
        put(full, table, key, None)
        with pytest.raises(StateCorrupt):
            full.world.check()
        put(full, table, key, value)
    full.world.check()


def test_the_key_of_an_altered_value_is_named(full):
    key, _ = rows(full, STATE)[2]
    put(full, STATE, key, b"altered")
    with pytest.raises(StateCorrupt) as found:
        full.world.check()
    assert found.value.place == key.decode().replace("\0", ":")


def test_a_value_that_no_bucket_knows_is_named(full):
    put(full, STATE, b"accounts\0account/foreign", b"1")
    with pytest.raises(StateCorrupt, match="accounts:account/foreign: it is in no bucket"):
        full.world.check()


def test_a_missing_value_is_named(full):
    key, _ = rows(full, STATE)[0]
    put(full, STATE, key, None)
    with pytest.raises(StateCorrupt, match=f"{key.decode().replace(chr(0), ':')}: its value is missing"):
        full.world.check()


def test_a_way_back_that_leads_elsewhere_is_named_by_height(full):
    step = dict(rows(full, UNDO))[(4).to_bytes(8, "big")]
    put(full, UNDO, (4).to_bytes(8, "big"), step[:-1] + bytes([step[-1] ^ 1]))
    with pytest.raises(StateCorrupt, match="undo record of height 4"):
        full.world.check()


def test_a_record_in_the_wrong_bucket_is_found(full):
    (name, record), *_ = rows(full, BUCKETS)
    put(full, BUCKETS, name, None)
    put(full, BUCKETS, b"accounts.0000", record)
    with pytest.raises(StateCorrupt, match=r"it stands in bucket accounts\.0000"):
        full.world.check()
