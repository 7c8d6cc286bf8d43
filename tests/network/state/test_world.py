import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network.state.ledger import CONTRACTS, Ledger, plain_root
from wattloom.network.chain.errors import ChainError
from wattloom.network.state import (
    ContractUnknown,
    HeightUnavailable,
    KeyAbsent,
    StateCorrupt,
    StorageFull,
    Store,
    WorldState,
    verify_state_proof,
)

keys = st.sampled_from([f"account/{number}" for number in range(12)]) | st.text(min_size=1, max_size=4)
values = st.binary(max_size=40)
pending = st.dictionaries(keys, values | st.none(), max_size=6)
heights = st.lists(st.dictionaries(st.sampled_from(CONTRACTS), pending), min_size=1, max_size=7)

WRITER = """
import sys
from pathlib import Path
from wattloom.network.state import Store, WorldState
with Store(Path(sys.argv[1])) as store:
    world = WorldState(store, ("accounts", "registry"))
    while True:
        height = world.height + 1
        changes = {f"account/{height % 7}": b"%d" % height, f"fresh/{height}": b"x"}
        prepared = world.prepare({"accounts": changes}, height=height)
        with store.batch() as batch:
            world.commit(batch, prepared)
        print(height, prepared.root.hex(), flush=True)
"""


def fresh(run):
    """Run a property on a ledger of its own."""
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder), durable=False) as store:
        run(Ledger(store))


@given(heights)
@settings(max_examples=5, deadline=None)
def test_the_root_is_that_of_the_values_computed_from_nothing(steps):
    def run(ledger):
        for changes in steps:
            ledger.change(changes)
        root, present = ledger.past[ledger.world.height]
        assert root == ledger.world.root == plain_root(present)

    fresh(run)


@given(heights, st.data())
@settings(max_examples=60, deadline=None)
def test_every_kept_height_reads_and_proves_as_it_stood(steps, data):
    def run(ledger):
        for changes in steps:
            ledger.change(changes)
        ledger.world.check()
        for height, (root, present) in ledger.past.items():
            with ledger.world.at(height) as past:
                for contract in CONTRACTS:
                    expected = sorted((key, value) for (at, key), value in present.items() if at == contract)
                    assert list(past.scan(contract, "", "\U0010ffff")) == expected
            if present:
                contract, key = data.draw(st.sampled_from(sorted(present)))
                proof = ledger.world.prove(contract, key, height=height)
                assert (proof.value, proof.height) == (present[contract, key], height)
                verify_state_proof(proof.encode(), root, contract, key, proof.value)
                with pytest.raises(ChainError):
                    verify_state_proof(proof.encode(), root, contract, key, proof.value + b"x")

    fresh(run)


@given(heights)
@settings(max_examples=40, deadline=None)
def test_a_state_that_is_opened_again_goes_on_where_it_stood(steps):
    def run(ledger):
        for changes in steps:
            ledger.change(changes)
            height, root = ledger.world.height, ledger.world.root
            ledger.reopen()
            assert (ledger.world.height, ledger.world.root) == (height, root)
        ledger.world.check()

    fresh(run)


@given(pending, pending)
@settings(max_examples=40, deadline=None)
def test_the_root_does_not_depend_on_the_order_or_number_of_steps(first, second):
    roots = []

    def at_once(ledger):
        union = {**first, **second}
        ledger.change({"accounts": dict(sorted(union.items()))})
        roots.append(ledger.world.root)

    def in_two(ledger):
        ledger.change({"accounts": dict(sorted(first.items(), reverse=True)), "registry": {"gone": b"1"}})
        ledger.change({"registry": {"gone": None}, "accounts": second})
        roots.append(ledger.world.root)

    fresh(at_once)
    fresh(in_two)
    assert roots[0] == roots[1]


def test_a_fresh_state_stands_at_height_zero_with_the_root_of_nothing(ledger):
    assert (ledger.world.height, ledger.world.root) == (0, plain_root({}))
    ledger.world.check()
    with pytest.raises(HeightUnavailable):
        ledger.world.prove("accounts", "a")


def test_the_first_height_may_be_any_and_each_later_one_follows(store):
    world = WorldState(store, CONTRACTS)
    with store.batch() as batch:
        world.commit(batch, world.prepare({"accounts": {"a": b"1"}}, height=0))
    assert world.height == 0
    with pytest.raises(ValueError, match="height 2 does not follow 0"):
        world.prepare({}, height=2)
    with store.batch() as batch:
        world.commit(batch, world.prepare({}, height=1))
    assert world.prove("accounts", "a", height=0).value == b"1"


def test_preparing_writes_nothing(ledger):
    ledger.change({"accounts": {"a": b"1"}})
    root = ledger.world.root
    assert ledger.world.prepare({"accounts": {"a": b"2"}}, height=2).root != root
    assert (ledger.world.height, ledger.world.root) == (1, root)
    assert ledger.world.committed().get("accounts", "a") == b"1"


def test_writes_that_change_nothing_are_dropped(ledger):
    ledger.change({"accounts": {"a": b"1"}})
    prepared = ledger.world.prepare(
        {"accounts": {"a": b"1", "absent": None}, "registry": {"absent": None}}, height=2
    )
    assert (prepared.rows, prepared.records, prepared.root) == ([], {}, ledger.world.root)


def test_a_dropped_batch_leaves_state_and_trees_as_they_were(ledger):
    ledger.change({"accounts": {"a": b"1"}})
    prepared = ledger.world.prepare({"accounts": {"a": b"2", "b": b"3"}}, height=2)

    def commit_and_raise():
        with ledger.store.batch() as batch:
            ledger.world.commit(batch, prepared)
            raise KeyError

    with pytest.raises(KeyError):
        commit_and_raise()
    assert (ledger.world.height, ledger.world.root) == (1, ledger.past[1][0])
    ledger.world.check()
    ledger.change({"accounts": {"a": b"2", "b": b"3"}})
    assert ledger.world.root == prepared.root


def test_a_height_that_does_not_fit_leaves_the_state_as_it_was(tmp_path):
    with Store(tmp_path / "data", map_bytes=1 << 20) as store:
        ledger = Ledger(store)
        ledger.change({"accounts": {"a": b"1"}})
        with pytest.raises(StorageFull):
            ledger.change({"accounts": {"a": b"2", "big": bytes(2 << 20)}})
        ledger.world.check()
        assert (ledger.world.height, ledger.world.root) == (1, plain_root({("accounts", "a"): b"1"}))
        ledger.change({"accounts": {"a": b"3"}})
        assert ledger.world.root == plain_root({("accounts", "a"): b"3"})


def test_what_was_prepared_over_another_state_is_not_committed(ledger):
    late = ledger.world.prepare({"accounts": {"a": b"1"}}, height=1)
    ledger.change({"accounts": {"a": b"2"}})
    with pytest.raises(RuntimeError, match="another state"), ledger.store.batch() as batch:
        ledger.world.commit(batch, late)
    assert ledger.world.committed().get("accounts", "a") == b"2"


def test_an_unknown_contract_is_refused(ledger):
    with pytest.raises(ContractUnknown, match="'auction'"):
        ledger.world.prepare({"auction": {"a": b"1"}}, height=1)


def test_a_store_with_keys_of_a_contract_that_is_gone_is_refused(ledger):
    ledger.change({"registry": {"a": b"1"}})
    with pytest.raises(ContractUnknown, match="'registry'"):
        WorldState(ledger.store, ("accounts",))


def test_names_that_would_upset_the_order_of_stores_are_refused(store):
    with pytest.raises(ValueError, match="identifier"):
        WorldState(store, ("accounts", "accounts-old"))


def test_a_key_that_is_too_long_is_refused(ledger):
    with pytest.raises(ValueError, match="longer than a key may be"):
        ledger.world.prepare({"accounts": {"k" * 600: b"1"}}, height=1)


def test_a_contract_that_comes_later_changes_the_root_from_the_next_height_on(ledger):
    ledger.change({"accounts": {"a": b"1"}})
    ledger.change({"accounts": {"a": b"2"}})
    ledger.contracts = ("accounts", "auction", "registry")
    ledger.reopen()
    assert ledger.world.root == plain_root(ledger.values, CONTRACTS)
    ledger.change({"auction": {"bid": b"3"}})
    assert ledger.world.root == plain_root(ledger.values, ledger.contracts)
    ledger.world.check()
    for height in (1, 2, 3):
        proof = ledger.world.prove("accounts", "a", height=height)
        verify_state_proof(proof, ledger.past[height][0], "accounts", "a", proof.value)


def test_absence_is_not_proven(ledger):
    ledger.change({"accounts": {"a": b"1"}})
    ledger.change({"accounts": {"a": None, "b": b"2"}})
    for contract, key, height in (("accounts", "a", 2), ("accounts", "b", 1), ("unknown", "a", 2)):
        with pytest.raises(KeyAbsent):
            ledger.world.prove(contract, key, height=height)


def test_a_height_that_is_not_reached_is_not_proven(ledger):
    ledger.change({"accounts": {"a": b"1"}})
    with pytest.raises(HeightUnavailable, match="ask for 1 to 1"):
        ledger.world.prove("accounts", "a", height=2)


def test_others_read_and_prove_while_heights_are_committed(ledger):
    ledger.change({"accounts": {f"account/{number}": b"0" for number in range(20)}})
    roots, failures, done = {1: ledger.world.root}, [], threading.Event()
    proven = threading.Semaphore(0)

    def prove_all_the_time():
        try:
            while not done.is_set():
                height = max(1, ledger.world.height - 1)
                proof = ledger.world.prove("accounts", "account/7", height=height)
                verify_state_proof(proof, roots[height], "accounts", "account/7", proof.value)
                proven.release()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test's own thread must tell
            failures.append(error)
            proven.release()

    threads = [threading.Thread(target=prove_all_the_time) for _ in range(2)]
    for thread in threads:
        thread.start()
    for height in range(2, 60):
        changes = {f"account/{number}": b"%d" % height for number in range(20)}
        prepared = ledger.world.prepare({"accounts": changes}, height=height)
        roots[height] = prepared.root
        with ledger.store.batch() as batch:
            ledger.world.commit(batch, prepared)
        proven.acquire()
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_proof_from_trees_older_than_the_snapshot_holds(ledger):
    ledger.change({"accounts": {"a": b"1", "b": b"1"}})
    ledger.change({"accounts": {"b": b"2"}})
    older = ledger.world._committed
    ledger.change({"accounts": {"a": b"3", "c": b"3"}})
    ledger.change({"accounts": {"b": b"4"}})
    ledger.world._committed, ledger.world._recent = older, {}
    for height in (1, 2):
        proof = ledger.world.prove("accounts", "b", height=height)
        verify_state_proof(proof, ledger.past[height][0], "accounts", "b", b"%d" % height)


def test_export_gives_everything_in_canonical_order(ledger):
    ledger.change({"registry": {"z": b"1"}, "accounts": {"b": b"2", "a": b"3"}})
    with ledger.store.snapshot() as snapshot:
        assert ledger.world.height_of(snapshot) == 1
        exported = list(ledger.world.export(snapshot))
    assert exported == [("accounts", "a", b"3"), ("accounts", "b", b"2"), ("registry", "z", b"1")]


def test_two_ledgers_with_the_same_changes_store_the_same_bytes(tmp_path):
    stored = []
    for name, turn in (("one", 1), ("two", -1)):
        with Store(tmp_path / name) as store:
            ledger = Ledger(store)
            for height in range(3):
                values = {f"account/{number}": b"%d" % height for number in range(30)}
                ledger.change({"accounts": dict(list(values.items())[::turn])})
            with store.snapshot() as snapshot:
                tables = ("state", "buckets", "undo", "meta")
                stored.append({table: dict(snapshot.items(table)) for table in tables})
    assert stored[0] == stored[1]


@pytest.mark.parametrize("heights", [1, 5, 17])
def test_a_killed_writer_leaves_the_last_height_that_it_told(tmp_path, heights):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path / "data"], stdout=subprocess.PIPE, text=True
    )
    told = [writer.stdout.readline().split() for _ in range(heights)]
    os.kill(writer.pid, signal.SIGKILL)
    told += [line.split() for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()
    with Store(tmp_path / "data") as store:
        world = WorldState(store, CONTRACTS)
        world.check()
        last_height, last_root = told[-1]
        assert world.height in (int(last_height), int(last_height) + 1)
        with world.at(int(last_height)) as past:
            assert past.get("accounts", f"fresh/{last_height}") == b"x"
        proof = world.prove("accounts", f"fresh/{last_height}", height=int(last_height))
        verify_state_proof(proof, bytes.fromhex(last_root), "accounts", f"fresh/{last_height}", b"x")


def test_a_stored_root_that_its_buckets_do_not_make_is_told_on_opening(ledger):
    ledger.change({"accounts": {"a": b"1"}})
    with ledger.store.batch() as batch:
        (name, record), *_ = list(batch.items("buckets"))
        batch.put("buckets", name, bytes(32) + record[32:])
    with pytest.raises(StateCorrupt, match="do not make the state root"):
        ledger.reopen()
