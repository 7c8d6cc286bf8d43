import threading
import time
from contextlib import contextmanager

import pytest

from tests.network.application.trials import WITH_TRIALS, Alarm, Name, Note, key
from tests.network.community import Community, Waiter, running, submit
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.execution import Status
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import Commit
from wattloom.network.chain.header import Header
from wattloom.network.chain.validators import Validator, ValidatorSet
from wattloom.network.chain.verify import verify_commit
from wattloom.network.engine import Busy, EngineStopped, ProofUnavailable
from wattloom.network.refusals import DuplicateTransaction, TransactionExpired
from wattloom.network.solo import SoloEngine, sequencer
from wattloom.network.solo.verify import verify_ledger
from wattloom.network.state import StorageInUse, verify_state_proof


@pytest.fixture(scope="module")
def community():
    return Community()


@pytest.fixture
def folder(tmp_path, community):
    return community.create_ledger(tmp_path / "ledger", accounts=("ann",))


@pytest.fixture
def engine(folder):
    with running(folder, rules=WITH_TRIALS, heartbeat_s=0.2) as engine:
        yield engine


@pytest.fixture
def follower(engine):
    waiter = Waiter(engine)
    yield waiter
    waiter.end()


@pytest.fixture
def patient(folder):
    """An engine whose heartbeat is too slow to be waited for."""
    with running(folder, rules=WITH_TRIALS, heartbeat_s=600) as engine:
        yield engine


def note(community, name="n", function="trials:write", **options):
    return community.sign("ann", function, Note(name=name), **options)


def holds(tx):
    return lambda block: any(result.tx_id == tx.tx_id for result in block.record.results)


def test_a_lone_transaction_stands_in_a_block_of_its_own_at_once(patient, community):
    follower = Waiter(patient)
    submit(patient, note(community, "first"))
    quiet = follower.block_where(lambda block: not block.record.results and block.height > 1)
    tx = note(community)
    assert submit(patient, tx).height == quiet.height + 1
    assert len(follower.block_where(holds(tx)).record.results) == 1


def test_under_load_many_transactions_share_a_block(engine, follower, community):
    submit(engine, note(community, "first"))
    txs = [note(community, f"n{index}", introduce=False) for index in range(120)]
    for tx in [engine.check(tx.raw) for tx in txs]:
        engine.order(tx)
    follower.block_where(holds(txs[-1]))
    sizes = [len(block.record.results) for block in follower.blocks if block.record.results]
    assert sum(sizes) == 121
    assert len(sizes) < 30


def test_whoever_hears_of_a_block_finds_it_durable(engine, community):
    found = []

    def look(block):
        found.append(engine.block(block.height) == block.record and engine.latest()[0] == block.height)

    end = engine.follow(look)
    submit(engine, note(community))
    end()
    assert found
    assert all(found)


def test_a_transaction_ordered_twice_executes_once(engine, follower, community):
    tx = engine.check(note(community).raw)
    for _ in range(3):
        engine.order(tx)
    submit(engine, note(community, "later"))
    assert sum(holds(tx)(block) for block in follower.blocks) == 1


def test_a_transaction_that_came_into_a_block_after_it_was_checked_is_dropped_with_the_reason(
    engine, follower, community
):
    tx = engine.check(note(community).raw)
    submit(engine, tx)
    engine.order(tx)
    dropped = follower.block_where(lambda block: tx.tx_id in block.dropped)
    assert dropped.dropped[tx.tx_id].code == DuplicateTransaction.code
    assert engine.committed(tx.tx_id).status == 0
    submit(engine, note(community, "later"))
    assert sum(tx.tx_id in block.dropped for block in follower.blocks) == 1


def test_a_transaction_whose_validity_passed_in_the_queue_is_dropped_with_the_reason(
    engine, follower, community
):
    tx = note(community, valid_for_s=-5)
    engine.order(tx)
    dropped = follower.block_where(lambda block: tx.tx_id in block.dropped)
    assert dropped.dropped[tx.tx_id].code == TransactionExpired.code
    assert engine.committed(tx.tx_id) is None


def test_an_id_whose_validity_has_passed_stays_refused(engine, follower, community):
    tx = note(community, valid_for_s=1)
    first = submit(engine, tx)
    follower.block_where(lambda block: block.time_s > tx.valid_until_s)
    with pytest.raises(TransactionExpired):
        engine.check(tx.raw)
    assert engine.committed(tx.tx_id) == first


@contextmanager
def held(engine):
    """Keep the sequencer where it is, after a block, until the end of the `with`."""
    here, goes_on = threading.Event(), threading.Event()

    def hold(_):
        here.set()
        goes_on.wait(10)

    end = engine.follow(hold)
    assert here.wait(10)
    yield
    goes_on.set()
    end()


def test_a_full_queue_takes_nothing_more_and_empties_again(engine, follower, community, monkeypatch):
    monkeypatch.setattr(sequencer, "QUEUE_LIMIT", 3)
    txs = [engine.check(note(community, f"n{index}").raw) for index in range(4)]
    with held(engine):
        for tx in txs[:3]:
            engine.order(tx)
        with pytest.raises(Busy):
            engine.order(txs[3])
    follower.block_where(holds(txs[2]))
    assert submit(engine, txs[3]).status == 0


def test_what_was_ordered_while_the_machine_slept_meets_the_time_after_it(
    engine, follower, community, monkeypatch
):
    clock_ns, slept_s = time.time_ns, 300
    tx = engine.check(note(community, valid_for_s=500).raw)
    with held(engine):
        before_s = engine.latest()[1]
        engine.order(tx)
        monkeypatch.setattr(time, "time_ns", lambda: clock_ns() + slept_s * 10**9)
    assert follower.block_where(holds(tx)).time_s >= before_s + slept_s


def test_a_bug_in_a_contract_is_recorded_and_the_ledger_goes_on(engine, community):
    failed = submit(engine, note(community, function="trials:fail"))
    assert (failed.status, failed.data) == (
        Status.INTERNAL,
        b'{"code":"INTERNAL","details":{"error":"ZeroDivisionError"}}',
    )
    assert submit(engine, note(community)).status == Status.OK


def test_refused_bytes_are_refused_again_with_the_same_record(engine, community):
    tx = note(community, function="trials:refuse")
    first = submit(engine, tx)
    assert (first.status, first.data) == (1, b'{"code":"UNWANTED","details":{"name":"n"}}')
    with pytest.raises(DuplicateTransaction):
        engine.check(tx.raw)
    assert engine.committed(tx.tx_id) == first


def test_an_idle_ledger_keeps_its_time_and_a_transaction_after_it_meets_the_right_time(
    engine, follower, community
):
    started_s = engine.latest()[1]
    follower.block_where(lambda block: block.time_s >= started_s + 2)
    committed = submit(engine, note(community))
    assert abs(committed.block_time_s - time.time()) <= 2


def test_a_deadline_passes_while_nobody_does_anything(engine, follower, community):
    at_s = engine.latest()[1] + 1
    submit(engine, community.sign("ann", "trials:set_alarm", Alarm(name="bell", at_s=at_s)))
    rang = follower.block_where(lambda block: any(not event.tx_id for event in block.record.events))
    assert rang.time_s > at_s
    found = engine.evaluate(community.sign("ann", "trials:read", Name(name="bell")).raw)
    assert decode(found.data, Note).text == f"rang at {rang.time_s}"


def test_after_a_rest_block_time_is_the_present_before_anything_is_taken(tmp_path, community, monkeypatch):
    clock_ns = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: clock_ns() - 3_000 * 10**9)
    folder = community.create_ledger(tmp_path / "old", accounts=("ann",))
    with running(folder, rules=WITH_TRIALS) as engine:
        assert abs(engine.latest()[1] - time.time()) > 2_900
    monkeypatch.undo()
    with running(folder, rules=WITH_TRIALS) as engine:
        assert abs(engine.latest()[1] - time.time()) <= 3
        assert submit(engine, note(community)).status == 0
    assert verify_ledger(folder, rules=WITH_TRIALS).transactions == 1


def test_the_root_after_a_change_is_soon_in_a_signed_header_and_proves_the_value(patient, folder, community):
    engine, follower = patient, Waiter(patient)
    height = submit(engine, note(community, "proven")).height
    follower.block_where(lambda block: block.height > height)
    answer = engine.prove("trials", key("proven"), height)
    header, commit = Header.decode(answer.header), Commit.decode(answer.commit)
    validators = ValidatorSet.of([Validator(folder.validator_key().public_key, 1)])
    block = engine.block(height + 1).block
    verify_commit(commit, block_id(header, block), height + 1, engine.chain_id, validators)
    assert Block.decode(block).header == header
    verify_state_proof(answer.proof, header.app_hash, "trials", key("proven"), answer.value)
    assert decode(answer.value, Note) == Note(name="proven")


def test_what_is_not_there_or_not_signed_yet_has_no_proof(engine, community):
    submit(engine, note(community))
    with pytest.raises(ProofUnavailable):
        engine.prove("trials", key("nothing"), 0)
    with pytest.raises(ProofUnavailable):
        engine.prove("trials", key("n"), engine.latest()[0] + 10)


def test_a_query_sees_what_is_committed_and_nothing_else(engine, community):
    read = community.sign("ann", "trials:read", Name(name="n")).raw
    height = submit(engine, note(community)).height
    found = engine.evaluate(read)
    assert found.height >= height
    assert decode(found.data, Note) == Note(name="n")


def test_a_fault_of_the_machine_stops_the_ledger_and_loses_nothing(folder, community):
    stopped = threading.Event()
    with running(folder, rules=WITH_TRIALS) as engine:
        engine.follow(lambda _: None, stopped.set)
        kept = submit(engine, note(community, "kept"))
        engine.order(engine.check(note(community, function="trials:break_machine").raw))
        assert stopped.wait(10)
        with pytest.raises(EngineStopped):
            engine.order(engine.check(note(community, "late").raw))
    with running(folder, rules=WITH_TRIALS) as engine:
        assert engine.committed(kept.tx_id) == kept
    assert verify_ledger(folder, rules=WITH_TRIALS).transactions == 1


def test_a_ledger_that_runs_is_not_run_a_second_time(engine, folder):
    with pytest.raises(StorageInUse):
        SoloEngine(folder)


def test_a_stopped_ledger_takes_nothing_more(folder, community):
    with running(folder, rules=WITH_TRIALS) as engine:
        tx = engine.check(note(community).raw)
    with pytest.raises(EngineStopped):
        engine.order(tx)
