import queue

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from wattloom.network.gateway import GatewayThread
from wattloom.network.wire import gateway_pb2 as wire
from wattloom.network.wire.gateway_pb2_grpc import GatewayStub

from ..notes import Note
from .conftest import LIMITS
from .told import told


class Sender:
    """One SubmitStream call of a stock client: `send` as you like, then read the answers."""

    def __init__(self, stub, timeout_s=20):
        self._requests = queue.SimpleQueue()
        self.call = stub.SubmitStream(iter(self._requests.get, None), timeout=timeout_s)

    def send(self, *raws, first=1):
        submissions = [
            wire.Submission(number=number, transaction=raw) for number, raw in enumerate(raws, first)
        ]
        self._requests.put(wire.SubmitStreamRequest(submissions=submissions))

    def end(self):
        self._requests.put(None)

    def answers(self, count):
        found = {}
        while len(found) < count:
            found |= {each.number: each for each in next(self.call).submitted}
        return found


@pytest.fixture
def sender(stub):
    sender = Sender(stub)
    yield sender
    sender.end()
    sender.call.cancel()


@pytest.fixture
def note(community):
    def sign(name="n", *, member="anna", function="notes:write", **options):
        return community.sign(member, function, Note(name=name), **options)

    return sign


def reason(submitted):
    status, info = Status.FromString(submitted.refusal), ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details)
    return info.reason


def test_every_transaction_of_a_call_is_answered_under_its_number(sender, engine, note):
    txs = [note(f"n{index}") for index in range(3)]
    sender.send(*(tx.raw for tx in txs), first=7)
    answers = sender.answers(3)
    for number, tx in enumerate(txs, 7):
        committed = answers[number].committed
        assert (committed.tx_id, committed.status) == (tx.tx_id, 0)
        assert engine.block(committed.height).results[committed.index].tx_id == tx.tx_id


def test_transactions_of_one_block_are_answered_in_one_message(sender, engine, note):
    engine.holds = True
    sender.send(*(note(f"n{index}").raw for index in range(3)))
    engine.wait_held(3)
    engine.release()
    heights = [each.committed.height for each in sender.answers(3).values()]
    assert len(set(heights)) <= 2


def test_one_refused_transaction_leaves_the_others_under_way(sender, note):
    good, altered = note("good"), note("bad").raw[:-1] + b"\x00"
    sender.send(altered, good.raw, b"no transaction")
    answers = sender.answers(3)
    assert reason(answers[1]).startswith("SIGNATURE")
    assert answers[2].committed.tx_id == good.tx_id
    assert reason(answers[3]) == "MALFORMED_TRANSACTION"


def test_a_member_over_its_quota_is_told_so_on_another_call(sender, stub, engine, note):
    engine.holds = True
    sender.send(*(note(f"n{index}").raw for index in range(LIMITS.pending_per_member)))
    engine.wait_held(LIMITS.pending_per_member)
    other = Sender(stub)
    other.send(note("one too many").raw)
    assert reason(other.answers(1)[1]) == "MEMBER_BUSY"
    other.end()
    engine.release()
    assert all(each.committed.height for each in sender.answers(LIMITS.pending_per_member).values())


def test_a_sender_with_too_many_open_answers_is_not_read_from_until_they_are_answered(sender, engine, note):
    engine.holds = True
    txs = [note(f"n{index}") for index in range(LIMITS.pending_per_member + 2)]
    sender.send(*(tx.raw for tx in txs))
    engine.wait_held(LIMITS.pending_per_member)
    assert len(engine.held) == LIMITS.pending_per_member
    engine.release()
    assert {each.committed.tx_id for each in sender.answers(len(txs)).values()} == {tx.tx_id for tx in txs}


def test_what_was_taken_is_answered_after_the_sender_has_ended(sender, engine, note):
    engine.holds = True
    tx = note()
    sender.send(tx.raw)
    sender.end()
    engine.wait_held(1)
    engine.release()
    assert sender.answers(1)[1].committed.tx_id == tx.tx_id
    with pytest.raises(StopIteration):
        next(sender.call)


def test_a_sender_that_goes_away_leaves_its_transaction_ordered(sender, stub, engine, note):
    engine.holds = True
    tx = note()
    sender.send(tx.raw)
    engine.wait_held(1)
    sender.call.cancel()
    engine.release()
    status = stub.CommitStatus(wire.CommitStatusRequest(tx_id=tx.tx_id, wait_ms=10_000), timeout=20)
    assert status.committed.status == 0
    assert status.committed.tx_id == tx.tx_id


def test_bytes_that_are_no_message_end_the_call(channel):
    call = channel.stream_stream(
        "/wattloom.gateway.v1.Gateway/SubmitStream", lambda raw: raw, lambda raw: raw
    )
    with told() as refusal:
        list(call(iter([b"\xff\xff"]), timeout=10))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BAD_REQUEST")


def test_a_gateway_that_stops_answers_what_it_took_and_takes_nothing_more(engine, tls, ca_pem, note):
    tx = note()
    with GatewayThread(engine, tls=tls, limits=LIMITS) as gateway:
        channel = grpc.secure_channel(gateway.address, grpc.ssl_channel_credentials(ca_pem))
        sender = Sender(GatewayStub(channel))
        sender.send(tx.raw)
        assert sender.answers(1)[1].committed.tx_id == tx.tx_id
    with pytest.raises((StopIteration, grpc.RpcError)):
        next(sender.call)
    sender.end()
    channel.close()
