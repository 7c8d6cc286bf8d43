import json
import time

import grpc
import pytest

from wattloom.network.chain.block import Block
from wattloom.network.wire import gateway_pb2 as wire

from ..notes import Name, Note, key
from .told import told


@pytest.fixture
def write(stub, community):
    def write(name, *, text=""):
        tx = community.sign("anna", "notes:write", Note(name=name, text=text))
        return stub.Submit(wire.SubmitRequest(transaction=tx.raw), timeout=10).committed

    return write


@pytest.fixture
def evaluate(stub, community):
    def evaluate(function, argument=None, **options):
        query = community.sign("anna", function, argument, **options)
        return stub.Evaluate(wire.EvaluateRequest(transaction=query.raw), timeout=10)

    return evaluate


def test_a_query_reads_what_is_committed_and_says_at_which_height(write, evaluate):
    height = write("n", text="words").height
    answer = evaluate("notes:read", Name(name="n"))
    assert answer.data == b'{"name":"n","text":"words"}'
    assert answer.height >= height


def test_a_query_is_refused_with_the_contracts_own_code_and_typed_details(evaluate):
    with told() as refusal:
        evaluate("notes:read", Name(name="none"))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert refusal.metadata == {"key": "notes:note/none"}
    assert json.loads(refusal.exact) == {"code": "NOT_FOUND", "details": {"key": "notes:note/none"}}


def test_a_query_that_fails_by_a_bug_leaks_nothing(evaluate):
    with told() as refusal:
        evaluate("notes:stumble")
    assert refusal.code is grpc.StatusCode.INTERNAL
    assert "secret" not in refusal.sentence
    assert "Zero" not in refusal.sentence
    assert not refusal.reason


def test_a_transaction_cannot_be_evaluated(evaluate):
    with told() as refusal:
        evaluate("notes:write", Note(name="n"))
    assert refusal.reason == "WRONG_KIND"


def test_events_of_the_past_and_of_the_future_come_in_one_order_without_gap_or_repetition(stub, write):
    before = [write(f"before-{number}").height for number in range(5)]
    stream = stub.Events(wire.EventsRequest(from_height=1, contract="notes", name="written"), timeout=30)
    seen = [next(stream) for _ in range(3)]
    after = [write(f"after-{number}").height for number in range(5)]
    seen += [next(stream) for _ in range(7)]
    stream.cancel()
    assert [event.height for event in seen] == before + after
    assert [json.loads(event.payload)["name"] for event in seen] == [
        f"{when}-{number}" for when in ("before", "after") for number in range(5)
    ]


def test_events_carry_their_transaction_and_their_place_among_all_of_the_block(stub, write):
    committed = write("n", text="abc")
    stream = stub.Events(wire.EventsRequest(from_height=committed.height), timeout=10)
    written, counted = next(stream), next(stream)
    stream.cancel()
    assert written.tx_id == counted.tx_id == committed.tx_id
    assert (written.sequence, counted.sequence) == (0, 1)
    assert counted.payload == b'{"length":3}'
    assert written.block_time_s == committed.block_time_s
    only = stub.Events(wire.EventsRequest(from_height=committed.height, name="counted"), timeout=10)
    assert next(only).sequence == 1
    only.cancel()


def test_blocks_come_as_they_are_stored_and_end_where_asked(stub, engine, write):
    last = write("n").height
    blocks = list(stub.Blocks(wire.BlocksRequest(from_height=1, to_height=last), timeout=10))
    assert [Block.decode(each.block).header.height for each in blocks] == list(range(1, last + 1))
    record = engine.block(last)
    assert (blocks[-1].block, blocks[-1].commit) == (record.block, record.commit)
    assert [(each.height, each.index, each.tx_id) for each in blocks[-1].results] == [
        (last, 0, record.results[0].tx_id)
    ]


def test_blocks_from_nowhere_begin_with_the_next_one(stub, write):
    before = write("n").height
    stream = stub.Blocks(wire.BlocksRequest(), timeout=20)
    height = Block.decode(next(stream).block).header.height
    stream.cancel()
    assert height > before


def test_a_range_that_cannot_be_is_refused(stub):
    with told() as refusal:
        list(stub.Blocks(wire.BlocksRequest(from_height=5, to_height=4), timeout=10))
    assert (refusal.code, refusal.metadata["field"]) == (grpc.StatusCode.INVALID_ARGUMENT, "from_height")


def test_a_height_that_is_not_kept_is_out_of_range(stub, engine, write):
    last = write("n").height
    while last < 3:
        last = write(f"n{last}").height
    engine.block = lambda height: None
    with told() as refusal:
        list(stub.Blocks(wire.BlocksRequest(from_height=1, to_height=last), timeout=10))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.OUT_OF_RANGE, "HEIGHT_NOT_KEPT")


def test_there_are_only_so_many_streams_and_a_closed_one_makes_room(stub):
    request = wire.BlocksRequest(from_height=1)
    streams = [stub.Blocks(request, timeout=20) for _ in range(4)]
    for stream in streams:
        next(stream)
    with told() as refusal:
        next(stub.Blocks(request, timeout=10))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS")
    for stream in streams:
        stream.cancel()
    assert _eventually(lambda: next(stub.Blocks(request, timeout=10)))


def test_a_follower_that_does_not_read_is_disconnected_and_told_where_to_go_on(stub, write):
    text = "x" * 200_000
    heights = [write("n", text=text).height for _ in range(60)]  # more than gRPC keeps under way
    stream = stub.Events(wire.EventsRequest(from_height=heights[0], name="written"), timeout=30)
    seen = [next(stream).height]
    stub.CommitStatus(wire.CommitStatusRequest(tx_id=bytes(32), wait_ms=1_500), timeout=10)  # it stalls
    with told() as refusal:
        seen += [event.height for event in stream]
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "FOLLOWER_TOO_SLOW")
    assert seen == heights[: len(seen)]
    assert len(seen) < len(heights)
    assert int(refusal.metadata["height"]) in heights


def test_a_value_comes_with_its_proof_and_what_is_not_there_is_not_found(stub, engine, write):
    height = write("n").height
    assert _eventually(lambda: engine.latest()[0] > height)
    answer = stub.Prove(wire.ProveRequest(contract="notes", key=key("n"), height=height), timeout=10)
    assert (answer.height, answer.value) == (height, b'{"name":"n","text":""}')
    with told() as refusal:
        stub.Prove(wire.ProveRequest(contract="notes", key=key("none"), height=height), timeout=10)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "PROOF_UNAVAILABLE")


def test_describe_names_chain_genesis_engine_and_every_function(stub, engine, folder, write):
    height = write("n").height
    found = stub.Describe(wire.DescribeRequest(), timeout=10)
    assert (found.chain_id, found.genesis_hash, found.engine) == (
        engine.chain_id,
        folder.genesis().hash,
        "solo",
    )
    assert found.height >= height
    names = [each["name"] for contract in json.loads(found.contracts_json) for each in contract["functions"]]
    assert "notes:write" in names
    assert "accounts:transfer" in names
    assert (found.rules_version, list(found.known_rules)) == (1, [1])


def test_describe_answers_on_a_node_whose_software_lacks_the_next_blocks_rules(stub, engine):
    engine.rules = lambda: (2, [1])
    found = stub.Describe(wire.DescribeRequest(), timeout=10)
    assert (found.rules_version, list(found.known_rules), found.contracts_json) == (2, [1], b"[]")


def _eventually(holds, *, tries=500):
    """Ask until something holds that the gateway brings about by itself."""
    for _ in range(tries):
        try:
            if found := holds():
                return found
        except grpc.RpcError:
            pass
        time.sleep(0.01)
    raise AssertionError("it never came")
