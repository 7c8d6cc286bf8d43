import asyncio
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
from grpc._cython import cygrpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from wattloom.chaincode.api.errors import MachineFault
from wattloom.identity.tls import TlsAuthority
from wattloom.network import failpoints
from wattloom.network.client import _route
from wattloom.network.gateway import GatewayNotStarted, GatewayServer, GatewayThread
from wattloom.network.wire import gateway_pb2 as wire
from wattloom.network.wire.gateway_pb2_grpc import GatewayStub
from wattloom.rpc.server import MAX_RECEIVE, OPTIONS

from ..notes import Note
from .told import told

SERVICE = "wattloom.gateway.v1.Gateway"
SUBMIT = f"/{SERVICE}/Submit"


@pytest.mark.parametrize("option", [MAX_RECEIVE, *(name for name, _ in (*OPTIONS, *_route.OPTIONS))])
def test_grpc_knows_the_options_that_it_is_given(option):
    """Others are passed over in silence, such as a limit of pings that ends quiet streams."""
    assert option.encode() + b"\0" in Path(cygrpc.__file__).read_bytes()


def test_it_listens_on_loopback_unless_told_otherwise(gateway):
    assert gateway.address.startswith("127.0.0.1:")


def test_a_client_with_another_root_gets_no_connection(gateway, community):
    stranger = TlsAuthority.create("another", not_before_s=community.start_s)
    root = grpc.ssl_channel_credentials(stranger.ca_pem)
    with grpc.secure_channel(gateway.address, root) as channel, told() as refusal:
        GatewayStub(channel).Describe(wire.DescribeRequest(), timeout=10)
    assert refusal.code is grpc.StatusCode.UNAVAILABLE


def test_plain_text_gets_no_connection(gateway):
    with grpc.insecure_channel(gateway.address) as channel, told() as refusal:
        GatewayStub(channel).Describe(wire.DescribeRequest(), timeout=10)
    assert refusal.code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("service", ["", SERVICE])
def test_a_stock_health_client_reads_that_it_serves(channel, service):
    answer = health_pb2_grpc.HealthStub(channel).Check(
        health_pb2.HealthCheckRequest(service=service), timeout=10
    )
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_stock_reflection_client_reads_its_methods(channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    assert set(database.get_services()) == {
        SERVICE,
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    described = database.FindFileContainingSymbol(SERVICE)
    assert [method.name for method in described.service[0].method] == [
        method.name for method in wire.DESCRIPTOR.services_by_name["Gateway"].methods
    ]


def test_bytes_that_are_no_message_are_an_invalid_argument(channel):
    call = channel.unary_unary(SUBMIT)
    for raw in (b"\xff\xff\xff", b"\x0a\x7f", b"\x0a"):
        with told() as refusal:
            call(raw, timeout=10)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BAD_REQUEST")


def test_a_stream_asked_for_with_bytes_that_are_no_message_is_an_invalid_argument(channel):
    with told() as refusal:
        list(channel.unary_stream(f"/{SERVICE}/Blocks")(b"\xff", timeout=10))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BAD_REQUEST")


def test_a_transaction_above_the_limit_is_refused_by_the_ledger_and_a_huge_message_by_the_transport(stub):
    with told() as refusal:
        stub.Submit(wire.SubmitRequest(transaction=bytes(300_000)), timeout=10)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "TRANSACTION_TOO_LARGE")
    with told() as refusal:
        stub.Submit(wire.SubmitRequest(transaction=bytes(3_000_000)), timeout=10)
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_methods_that_are_none_are_unimplemented(channel):
    with told() as refusal:
        channel.unary_unary(f"/{SERVICE}/Nothing")(b"", timeout=10)
    assert refusal.code is grpc.StatusCode.UNIMPLEMENTED


def test_a_second_gateway_on_the_port_is_told_so(gateway, engine, tls):
    with pytest.raises(GatewayNotStarted, match=gateway.address):
        GatewayThread(engine, tls=tls, address=gateway.address).__enter__()


def test_metrics_are_served_on_loopback_when_a_port_is_given(engine, tls, ca_pem, community, unused_tcp_port):
    tx = community.sign("anna", "registry:nothing")
    with (
        GatewayThread(engine, tls=tls, metrics_port=unused_tcp_port) as gateway,
        grpc.secure_channel(gateway.address, grpc.ssl_channel_credentials(ca_pem)) as channel,
    ):
        with told():
            GatewayStub(channel).Submit(wire.SubmitRequest(transaction=tx.raw), timeout=10)
        with urllib.request.urlopen(f"http://127.0.0.1:{unused_tcp_port}/metrics", timeout=10) as page:
            text = page.read().decode()
    assert 'wattloom_gateway_calls_total{code="NOT_FOUND",method="Submit"} 1.0' in text
    assert "wattloom_gateway_pending_transactions 0.0" in text
    assert "wattloom_ledger_height " in text


def test_a_gateway_that_stops_sends_its_followers_away_and_to_others(engine, tls, ca_pem):
    with ExitStack() as stack:
        gateway = stack.enter_context(GatewayThread(engine, tls=tls))
        with grpc.secure_channel(gateway.address, grpc.ssl_channel_credentials(ca_pem)) as channel:
            stream = GatewayStub(channel).Blocks(wire.BlocksRequest(from_height=1), timeout=20)
            next(stream)
            stack.close()
            with told() as refusal:
                list(stream)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "STOPPING")


async def test_calls_in_hand_may_end_while_it_stops(engine, tls, ca_pem, community):
    server = GatewayServer(engine, tls=tls)
    await server.start()
    engine.holds = True
    tx = community.sign("anna", "notes:fail")
    async with grpc.aio.secure_channel(server.address, grpc.ssl_channel_credentials(ca_pem)) as channel:
        call = GatewayStub(channel).Submit(wire.SubmitRequest(transaction=tx.raw), timeout=10)
        waiting = asyncio.ensure_future(call)
        await asyncio.to_thread(engine.wait_held, 1)
        stopping = asyncio.create_task(server.stop())
        engine.release()
        assert (await waiting).committed.status == 2
        await stopping


def test_a_stopped_gateway_follows_the_engine_no_more(engine, tls):
    ended = []
    follow = engine.follow

    def watched(*listeners):
        end = follow(*listeners)
        return lambda: ended.append(True) or end()

    engine.follow = watched
    with GatewayThread(engine, tls=tls):
        assert not ended
    assert ended == [True]


@pytest.fixture
def broken_disk():
    """Every commit from now on meets a fault of the machine."""

    def fail(_point):
        raise MachineFault("the disk is gone")

    failpoints.listen(fail)
    yield
    failpoints.listen(None)


def test_an_engine_that_stops_by_itself_answers_who_waits_and_ends_the_service(
    stub, channel, community, engine, request
):
    engine.holds = True
    tx = community.sign("anna", "notes:write", Note(name="n"))
    waiting = stub.Submit.future(wire.SubmitRequest(transaction=tx.raw), timeout=20)
    engine.wait_held(1)
    request.getfixturevalue("broken_disk")
    engine.release()
    with told() as refusal:
        waiting.result(timeout=10)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "OUTCOME_UNKNOWN")
    health = health_pb2_grpc.HealthStub(channel)
    states = health.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=10)
    assert any(state.status == health_pb2.HealthCheckResponse.NOT_SERVING for state in states)
