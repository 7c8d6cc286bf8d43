import pytest

from tests.network.state.ledger import Ledger
from wattloom.network.state import UNDO, HeightUnavailable, StateCorrupt
from wattloom.network.state.history import PRUNED_PER_COMMIT


def count(store):
    with store.snapshot() as snapshot:
        return snapshot.count(UNDO)


def test_the_first_height_has_no_way_back(store):
    ledger = Ledger(store)
    ledger.change({"accounts": {"a": b"1"}})
    assert count(store) == 0
    with pytest.raises(HeightUnavailable, match="ask for 1 to 1"), ledger.world.at(0):
        pass


def test_heights_beyond_the_window_are_dropped(store):
    ledger = Ledger(store, history_heights=3)
    for height in range(1, 9):
        ledger.change({"accounts": {"a": b"%d" % height}})
    assert count(store) == 3
    for height in (5, 6, 7, 8):
        with ledger.world.at(height) as past:
            assert past.get("accounts", "a") == b"%d" % height
    for height in (4, 9):
        with pytest.raises(HeightUnavailable, match="ask for 5 to 8"), ledger.world.at(height):
            pass


def test_a_smaller_window_is_reached_a_few_heights_at_a_time(store):
    ledger = Ledger(store, history_heights=100)
    for height in range(1, 22):
        ledger.change({"accounts": {"a": b"%d" % height}})
    ledger.options["history_heights"] = 2
    ledger.reopen()
    ledger.change({"accounts": {"a": b"once more"}})
    assert count(store) == 20 + 1 - PRUNED_PER_COMMIT
    with pytest.raises(HeightUnavailable, match="ask for 20 to 22"), ledger.world.at(19):
        pass
    for number in range(10):
        ledger.change({"accounts": {"a": b"%d" % number}})
    assert count(store) == 2


def test_a_larger_window_begins_where_records_are_kept(store):
    ledger = Ledger(store, history_heights=1)
    for height in range(1, 6):
        ledger.change({"accounts": {"a": b"%d" % height}})
    ledger.options["history_heights"] = 100
    ledger.reopen()
    ledger.change({"accounts": {"a": b"6"}})
    with pytest.raises(HeightUnavailable, match="ask for 4 to 6"), ledger.world.at(3):
        pass
    with ledger.world.at(4) as past:
        assert past.get("accounts", "a") == b"4"


def test_a_height_without_changes_is_a_height(store):
    ledger = Ledger(store)
    ledger.change({"accounts": {"a": b"1"}})
    ledger.change({})
    ledger.change({"accounts": {"a": b"2"}})
    assert ledger.past[1][0] == ledger.past[2][0] != ledger.past[3][0]
    with ledger.world.at(2) as past:
        assert past.get("accounts", "a") == b"1"


def test_the_history_of_a_key_tells_each_change(store):
    ledger = Ledger(store)
    for changes in ({"a": b"1"}, {"b": b"1"}, {"a": b"2"}, {"a": b"2"}, {"a": None}, {"a": b"3", "b": None}):
        ledger.change({"accounts": changes})
    assert ledger.world.history("accounts", "a") == [(3, b"2"), (5, None), (6, b"3")]
    assert ledger.world.history("accounts", "b") == [(2, b"1"), (6, None)]
    assert ledger.world.history("registry", "a") == []


def test_the_history_reaches_as_far_back_as_heights_are_kept(store):
    ledger = Ledger(store, history_heights=2)
    for height in range(1, 8):
        ledger.change({"accounts": {"a": b"%d" % height}})
    assert ledger.world.history("accounts", "a") == [(6, b"6"), (7, b"7")]


def test_a_missing_way_back_is_told(store):
    ledger = Ledger(store)
    for height in range(1, 5):
        ledger.change({"accounts": {"a": b"%d" % height}})
    with store.batch() as batch:
        batch.delete(UNDO, (3).to_bytes(8, "big"))
    with pytest.raises(StateCorrupt, match="undo record of height 3"), ledger.world.at(2):
        pass
