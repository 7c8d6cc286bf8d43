import inspect
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.network.state.ledger import CONTRACTS, Ledger, plain_root
from wattloom.network import failpoints
from wattloom.network.state import (
    META,
    STATE,
    UNDO,
    ContractUnknown,
    HeightUnavailable,
    RestoreRejected,
    StateInUse,
    Store,
    WorldState,
    verify_state_proof,
)
from wattloom.network.state import restore as restoring

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
STATES = st.dictionaries(st.tuples(st.sampled_from(CONTRACTS), KEYS), st.binary(max_size=80), max_size=40)

POINTS = ["restore begun", "rows restored", "buckets restored", "restore written"]


class Halt(Exception):
    pass


@pytest.fixture
def source(tmp_path):
    with Store(tmp_path / "source", durable=False) as store:
        ledger = Ledger(store)
        ledger.change({"accounts": {f"a/{n:03d}": b"%d" % n for n in range(200)}, "registry": {"r": b"1"}})
        ledger.change({"accounts": {"a/000": None, "a/001": b"changed"}})
        yield ledger


@pytest.fixture
def rows(source):
    return exported(source)


@pytest.fixture
def halt_at():
    def set_point(point):
        def stop(name):
            if name == point:
                raise Halt(point)

        failpoints.listen(stop)

    yield set_point
    failpoints.listen(None)


def exported(ledger):
    with ledger.store.snapshot() as view:
        return list(ledger.world.export(view))


def restore(world, rows, root, *, height=2, contracts=CONTRACTS, step=50):
    restore = world.begin_restore(contracts)
    for at in range(0, len(rows), step):
        restore.add(rows[at : at + step])
    world.finish_restore(restore, height=height, root=root)


def tables(store):
    with store.snapshot() as view:
        return {table: dict(view.items(table)) for table in (STATE, "buckets", UNDO, META)}


def test_a_restored_state_stands_at_its_height_with_all_its_values(source, rows, store):
    world = WorldState(store, CONTRACTS)
    restore(world, rows, source.world.root)
    assert (world.height, world.root) == (2, source.world.root)
    world.check()
    again = WorldState(store, CONTRACTS)
    assert (again.height, again.root) == (2, source.world.root)
    reader = again.committed()
    assert {(c, k): reader.get(c, k) for c, k, _ in rows} == source.values


def test_a_restored_state_proves_goes_on_and_knows_nothing_earlier(source, rows, store):
    world = WorldState(store, CONTRACTS)
    restore(world, rows, source.world.root)
    proof = world.prove("accounts", "a/001")
    verify_state_proof(proof, source.world.root, "accounts", "a/001", b"changed")
    with pytest.raises(HeightUnavailable, match="ask for 2 to 2"), world.at(1):
        pass
    changes = {"accounts": {"a/002": None, "new": b"1"}}
    source.change(changes)
    prepared = world.prepare(changes, height=3)
    with store.batch() as batch:
        world.commit(batch, prepared)
    assert world.root == source.world.root
    with world.at(2) as past:
        assert past.get("accounts", "a/002") == b"2"
    world.check()


def test_a_restored_state_is_row_for_row_what_execution_made(source, rows, store):
    restore(WorldState(store, CONTRACTS), rows, source.world.root)
    ours, theirs = tables(store), tables(source.store)
    assert (ours[STATE], ours["buckets"]) == (theirs[STATE], theirs["buckets"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=STATES, step=st.integers(1, 50))
def test_any_state_comes_back_under_its_root(tmp_path_factory, values, step):
    root = plain_root(values)
    rows = [(*place, values[place]) for place in sorted(values, key=lambda place: "\0".join(place).encode())]
    with Store(tmp_path_factory.mktemp("state"), durable=False) as store:
        world = WorldState(store, CONTRACTS)
        restore(world, rows, root, step=step)
        assert world.root == root
        world.check()


@pytest.mark.parametrize("passes", [1, 4, 1 << 20])
def test_the_number_of_passes_changes_nothing(source, rows, store, monkeypatch, passes):
    monkeypatch.setattr(restoring, "KEYS_AT_ONCE", max(1, 200 // passes))
    restore(WorldState(store, CONTRACTS), rows, source.world.root)
    assert tables(store)["buckets"] == tables(source.store)["buckets"]


def test_nothing_can_be_read_before_the_root_was_found_right(source, rows, store):
    world = WorldState(store, CONTRACTS)
    restore = world.begin_restore(CONTRACTS)
    restore.add(rows)
    reader = world.committed()
    assert reader.get("accounts", "a/001") is None
    assert list(reader.scan("accounts", "a", "b")) == []
    assert world.height == 0
    with store.snapshot() as view:
        assert world.height_of(view) == 0
    world.finish_restore(restore, height=2, root=source.world.root)
    assert world.committed().get("accounts", "a/001") == b"changed"


def test_rows_of_another_root_leave_an_empty_store(source, rows, store):
    world = WorldState(store, CONTRACTS)
    empty = tables(store)
    for forged in (rows[1:], [(*rows[0][:2], b"more"), *rows[1:]], [*rows, ("registry", "z", b"")], []):
        restore = world.begin_restore(CONTRACTS)
        restore.add(forged)
        with pytest.raises(RestoreRejected, match="state root of height 2"):
            world.finish_restore(restore, height=2, root=source.world.root)
        restore.abandon()
        assert tables(store) == empty
    test_a_restored_state_stands_at_its_height_with_all_its_values(source, rows, store)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (("accounts", "a/100", b"again"), "not in order"),
        (("accounts", "a/199", b"again"), "not in order"),
        (("unknown", "key", b""), "no contract 'unknown'"),
        (("", "", b""), "no contract ''"),
        (("registry", "k" * 600, b""), "longer than"),
        (("registry", "s", bytes((1 << 20) + 1)), "longer than"),
    ],
)
def test_rows_that_are_none_are_refused(rows, store, bad, reason):
    restore = WorldState(store, CONTRACTS).begin_restore(CONTRACTS)
    accounts = [row for row in rows if row[0] == "accounts"]
    restore.add(accounts)
    with pytest.raises(RestoreRejected, match=reason):
        restore.add([bad])
    assert len(tables(store)[STATE]) == len(accounts)


def test_rows_of_contracts_that_the_root_does_not_cover_are_refused(store):
    restore = WorldState(store, CONTRACTS).begin_restore(("accounts",))
    with pytest.raises(RestoreRejected, match="registry"):
        restore.add([("registry", "key", b"smuggled")])


def test_contracts_that_are_not_known_here_are_refused_before_anything(store):
    with pytest.raises(ContractUnknown, match="markets"):
        WorldState(store, CONTRACTS).begin_restore(("accounts", "markets"))


@pytest.mark.parametrize("point", POINTS)
def test_an_interrupted_restore_opens_as_an_empty_store_and_can_begin_again(
    source, rows, store, halt_at, point
):
    world = WorldState(store, CONTRACTS)
    empty = tables(store)
    halt_at(point)
    with pytest.raises(Halt):
        restore(world, rows, source.world.root)
    assert tables(store) != empty
    assert world.committed().get("accounts", "a/001") is None
    failpoints.listen(None)
    again = WorldState(store, CONTRACTS)
    assert (again.height, tables(store)) == (0, empty)
    restore(again, rows, source.world.root)
    assert again.root == source.world.root


def test_executed_blocks_are_never_replaced(source, rows, store):
    ledger = Ledger(store)
    ledger.change({"accounts": {"own": b"1"}})
    before = tables(store)
    with pytest.raises(StateInUse, match="up to height 1"):
        ledger.world.begin_restore(CONTRACTS)
    assert tables(store) == before


def test_a_genesis_state_and_a_restored_one_may_be_replaced_until_a_block_follows(source, rows, store):
    world = WorldState(store, CONTRACTS)
    genesis = world.prepare({"accounts": {"own": b"1"}}, height=0)
    with store.batch() as batch:
        world.commit(batch, genesis)
    restore(world, rows, source.world.root)
    restore(world, rows, source.world.root)
    assert world.committed().get("accounts", "own") is None
    with store.batch() as batch:
        world.commit(batch, world.prepare({}, height=3))
    with pytest.raises(StateInUse, match="up to height 3"):
        world.begin_restore(CONTRACTS)


def test_what_belongs_to_the_height_becomes_durable_with_it(source, rows, store):
    world = WorldState(store, CONTRACTS)
    restore = world.begin_restore(CONTRACTS)
    restore.add(rows)
    world.finish_restore(
        restore, height=2, root=source.world.root, also=lambda batch: batch.put(META, b"beside", b"1")
    )
    assert tables(store)[META][b"beside"] == b"1"


def test_every_failpoint_of_a_restore_is_among_those_that_are_tried():
    source = inspect.getsource(restoring)
    assert re.findall(r'failpoints\.reach\("([^"]+)"\)', source) == POINTS
