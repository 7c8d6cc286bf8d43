import time

import grpc
import pytest

from wattloom.network.transactions import decode
from wattloom.network.wire import gateway_pb2 as wire
from wattloom.network.wire.transaction_pb2 import Transaction

from ..community import submit
from ..notes import Note
from .told import told

COMMITTED = wire.CommitStatusResponse.STATE_COMMITTED
PENDING = wire.CommitStatusResponse.STATE_PENDING
UNKNOWN = wire.CommitStatusResponse.STATE_UNKNOWN


@pytest.fixture
def note(community):
    def sign(name="n", *, member="anna", function="notes:write", **options):
        return community.sign(member, function, Note(name=name), **options)

    return sign


def submission(tx):
    return wire.SubmitRequest(transaction=tx.raw)


def test_a_transaction_is_answered_once_its_block_is_durable(stub, engine, note):
    tx = note()
    committed = stub.Submit(submission(tx), timeout=10).committed
    assert (committed.tx_id, committed.status) == (tx.tx_id, 0)
    assert engine.block(committed.height).results[committed.index].tx_id == tx.tx_id
    assert committed.data == b'{"name":"n","text":""}'
    assert abs(committed.block_time_s - time.time()) < 10


def test_a_refusal_by_the_rules_is_an_answer_with_place_code_and_sentence(stub, note):
    committed = stub.Submit(submission(note(function="notes:forbid")), timeout=10).committed
    assert committed.status == 1
    assert committed.data == b'{"code":"FORBIDDEN","details":{"needed":"what nobody has"}}'
    assert committed.height > 0
    assert "what nobody has" in committed.sentence


def test_refused_bytes_sent_again_are_refused_with_the_same_record(stub, note):
    tx = note(function="notes:forbid")
    first = stub.Submit(submission(tx), timeout=10).committed
    again = stub.Submit(submission(tx), timeout=10).committed
    again.sentence = first.sentence
    assert again == first


def test_the_same_bytes_sent_again_while_pending_join_the_same_waiting(stub, engine, note):
    engine.holds = True
    tx = note()
    calls = [stub.Submit.future(submission(tx), timeout=10) for _ in range(3)]
    engine.wait_held(1)
    assert stub.CommitStatus(wire.CommitStatusRequest(tx_id=tx.tx_id)).state == PENDING
    engine.release()
    answers = [call.result(timeout=10).committed for call in calls]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0].status == 0


def test_a_copy_signed_again_has_the_same_id_and_the_same_answer(stub, community, note):
    tx = note()
    first = stub.Submit(submission(tx), timeout=10).committed
    copy = Transaction(body=tx.body, signature=community.member("anna").sign(tx.body)).SerializeToString()
    assert copy != tx.raw
    assert stub.Submit(wire.SubmitRequest(transaction=copy), timeout=10).committed == first


def test_bytes_committed_before_the_gateway_started_are_answered_from_the_record(stub, engine, note):
    tx = note()
    recorded = submit(engine, tx)
    assert stub.Submit(submission(tx), timeout=10).committed == recorded


def test_an_abandoned_wait_leaves_the_transaction_ordered(stub, engine, note):
    engine.holds = True
    tx = note()
    with told() as deadline:
        stub.Submit(submission(tx), timeout=0.2)
    assert deadline.code is grpc.StatusCode.DEADLINE_EXCEEDED
    engine.wait_held(1)
    engine.release()
    status = stub.CommitStatus(wire.CommitStatusRequest(tx_id=tx.tx_id, wait_ms=10_000), timeout=15)
    assert (status.state, status.committed.status) == (COMMITTED, 0)


def test_one_member_cannot_take_every_place(stub, engine, note):
    engine.holds = True
    calls = [stub.Submit.future(submission(note(str(i))), timeout=10) for i in range(3)]
    engine.wait_held(3)
    with told() as refusal:
        stub.Submit(submission(note("one more")), timeout=10)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "MEMBER_BUSY")
    assert refusal.retry_after_s > 0
    other = stub.Submit.future(submission(note("other", member="bert")), timeout=10)
    engine.wait_held(4)
    engine.release()
    assert [call.result(timeout=10).committed.status for call in [*calls, other]] == [0, 0, 0, 0]


def test_places_are_free_again_once_blocks_hold_their_transactions(stub, note):
    statuses = [stub.Submit(submission(note(str(i))), timeout=10).committed.status for i in range(12)]
    assert statuses == [0] * 12


def test_a_full_gateway_says_when_to_come_back(stub, engine, note):
    engine.holds = True
    members = ["anna"] * 3 + ["bert"] * 3
    calls = [stub.Submit.future(submission(note(member=member)), timeout=10) for member in members]
    engine.wait_held(len(calls))
    with told() as refusal:
        stub.Submit(submission(note("late", member="late")), timeout=10)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY")
    assert refusal.retry_after_s > 0
    assert refusal.domain == "wattloom"
    engine.release()
    assert [call.result(timeout=10).committed.status for call in calls] == [0] * 6


def test_a_full_engine_takes_nothing_and_the_same_bytes_go_through_later(stub, engine, note):
    engine.holds, engine.room = True, 0
    tx = note()
    with told() as refusal:
        stub.Submit(submission(tx), timeout=10)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY")
    assert stub.CommitStatus(wire.CommitStatusRequest(tx_id=tx.tx_id)).state == UNKNOWN
    engine.holds = False
    assert stub.Submit(submission(tx), timeout=10).committed.status == 0


def test_a_stopped_engine_is_unavailable_and_those_who_wait_are_told_that_nobody_knows(stub, engine, note):
    engine.holds = True
    waiting = stub.Submit.future(submission(note("waits")), timeout=10)
    engine.wait_held(1)
    engine.stopped = True
    with told() as refusal:
        stub.Submit(submission(note("late")), timeout=10)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "STOPPING")
    with told() as lost:
        waiting.result(timeout=10)
    assert lost.reason == "OUTCOME_UNKNOWN"


def test_a_transaction_whose_validity_passes_in_the_queue_is_refused_at_last(stub, engine, note):
    engine.holds = True
    call = stub.Submit.future(submission(note(valid_for_s=1)), timeout=20)
    engine.wait_held(1)
    with told() as refusal:
        call.result(timeout=20)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TRANSACTION_EXPIRED")


def test_status_of_a_transaction_that_nobody_sent_is_unknown_with_the_time_that_makes_it_never(stub, engine):
    status = stub.CommitStatus(wire.CommitStatusRequest(tx_id=bytes(32), wait_ms=10), timeout=10)
    assert status.state == UNKNOWN
    assert status.latest_block_time_s == pytest.approx(engine.latest()[1], abs=3)


def test_status_can_wait_for_a_transaction_that_another_sends(stub, engine, note):
    tx = note()
    waiting = stub.CommitStatus.future(wire.CommitStatusRequest(tx_id=tx.tx_id, wait_ms=10_000), timeout=15)
    stub.Submit(submission(tx), timeout=10)
    assert waiting.result(timeout=10).committed.tx_id == tx.tx_id


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (wire.CommitStatusRequest(tx_id=b"short"), "tx_id"),
        (wire.CommitStatusRequest(tx_id=bytes(32), wait_ms=30_001), "wait_ms"),
    ],
)
def test_status_names_the_field_that_does_not_fit(stub, request_, field):
    with told() as refusal:
        stub.CommitStatus(request_, timeout=10)
    assert (refusal.code, refusal.metadata["field"]) == (grpc.StatusCode.INVALID_ARGUMENT, field)


def test_what_is_no_transaction_is_refused_alike_each_time(stub, note):
    tx = note()
    for raw in (b"", b"\xff" * 40, tx.raw + b"\x00", tx.raw[:-1]):
        refusals = []
        for _ in range(2):
            with told() as refusal:
                stub.Submit(wire.SubmitRequest(transaction=raw), timeout=10)
            refusals.append(refusal)
        assert refusals[0] == refusals[1]
        assert refusals[0].code is grpc.StatusCode.INVALID_ARGUMENT
        assert refusals[0].reason == "MALFORMED_TRANSACTION"


def test_bad_signatures_strangers_and_wrong_chains_are_told_apart(stub, community, note):
    tx = note()
    other = decode(Transaction(body=tx.body, signature=note().signature).SerializeToString())
    cases = [
        (other, grpc.StatusCode.UNAUTHENTICATED, "SIGNATURE_REFUSED"),
        (note(introduce=False, member="stranger"), grpc.StatusCode.UNAUTHENTICATED, "UNKNOWN_CREATOR"),
        (note(chain_id="another"), grpc.StatusCode.INVALID_ARGUMENT, "WRONG_CHAIN"),
        (note(valid_for_s=-60), grpc.StatusCode.FAILED_PRECONDITION, "TRANSACTION_EXPIRED"),
        (note(valid_for_s=5_000), grpc.StatusCode.FAILED_PRECONDITION, "VALIDITY_TOO_FAR"),
        (note(function="notes:nothing"), grpc.StatusCode.NOT_FOUND, "UNKNOWN_FUNCTION"),
        (note(function="notes:read"), grpc.StatusCode.INVALID_ARGUMENT, "WRONG_KIND"),
    ]
    for tx, code, reason in cases:
        with told() as refusal:
            stub.Submit(submission(tx), timeout=10)
        assert (refusal.code, refusal.reason) == (code, reason)
        assert refusal.sentence
