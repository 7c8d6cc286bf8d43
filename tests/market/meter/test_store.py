import sqlite3

import pytest

from wattloom.market.meter.anchor import Anchor
from wattloom.market.meter.store import MeterStore


@pytest.fixture
def store(tmp_path):
    anchor = Anchor(tmp_path / "anchor")
    MeterStore.create(tmp_path / "meter.db", anchor, chain_id="test")
    store = MeterStore(tmp_path / "meter.db", anchor)
    yield store
    store.close()


def keep(store, *, salt):
    store.keep_tree(1, 0, 4, salt, b"root" + salt, bytes(16 * 91))


def test_every_step_moves_the_anchor(store, tmp_path):
    keep(store, salt=b"a")
    assert (tmp_path / "anchor").read_text() == "1"
    store.mark_published(b"roota")
    store.use_key(1, b"subject", 5)
    assert (tmp_path / "anchor").read_text() == "2"
    store.use_key(1, b"subject", 5)
    assert (tmp_path / "anchor").read_text() == "2"


def test_a_step_that_fails_leaves_nothing_and_the_next_one_goes_on(store, tmp_path):
    keep(store, salt=b"a")
    with pytest.raises(sqlite3.IntegrityError):
        keep(store, salt=b"b")
    assert (tmp_path / "anchor").read_text() == "1"
    store.discard(1)
    assert store.trees(1) == []


def test_no_anchor_is_left_half_written(store, tmp_path):
    keep(store, salt=b"a")
    (tmp_path / "anchor.new").write_text("9999")
    store.discard(1)
    assert (tmp_path / "anchor").read_text() == "2"
    assert not (tmp_path / "anchor.new").exists()
