"""The client of a node's RPC, against a stock node and against servers that answer badly."""

import socket
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from tests.network.cometbft.answers import answering, ok
from wattloom.network.cometbft.rpc import RpcAddressWrong, RpcClient, RpcRefused, RpcUnavailable


def test_a_call_returns_its_result(stock_client):
    assert stock_client.call("block", height=1)["block"]["header"]["height"] == "1"


def test_a_call_with_bytes_orders_them(stock_client):
    answer = stock_client.call("broadcast_tx_commit", tx=b"bytes=yes")
    assert answer["tx_result"]["code"] == 0


def test_a_refusal_has_the_nodes_own_reason(stock_client):
    with pytest.raises(
        RpcRefused, match="block: Internal error: height 1000000 must be less than"
    ) as refusal:
        stock_client.raw("block", height=1_000_000)
    assert (refusal.value.method, refusal.value.code) == ("block", -32603)


def test_an_unknown_method_is_refused(stock_client):
    with pytest.raises(RpcRefused, match="Method not found"):
        stock_client.raw("dance")


def test_a_batch_is_answered_in_order_each_call_by_itself(stock_client):
    first, missing, second = stock_client.batch(
        "block", [{"height": 1}, {"height": 1_000_000}, {"height": 2}]
    )
    heights = [msgspec.json.decode(each)["block"]["header"]["height"] for each in (first, second)]
    assert heights == ["1", "2"]
    assert isinstance(missing, RpcRefused)


def test_a_batch_of_one_is_answered_as_a_batch(stock_client):
    (found,) = stock_client.batch("block", [{"height": 1}])
    assert msgspec.json.decode(found)["block"]["header"]["height"] == "1"
    (missing,) = stock_client.batch("block", [{"height": 1_000_000}])
    assert isinstance(missing, RpcRefused)


def test_an_empty_batch_asks_nothing():
    with answering(b"") as address, RpcClient(address) as client:
        assert client.batch("block", []) == []


def test_a_batch_beyond_the_nodes_limit_is_refused_whole(stock_client):
    with pytest.raises(RpcRefused, match="exceeds maximum"):
        stock_client.batch("block", [{"height": 1}] * 11)


def test_a_batch_of_one_is_an_error_where_the_node_refused_to_read_it():
    body = b'{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":"too large"}}'
    with (
        answering(ok(body)) as address,
        RpcClient(address) as client,
        pytest.raises(RpcRefused, match="too large"),
    ):
        client.batch("block", [{"height": 1}])


def test_many_threads_share_a_client(stock_client):
    with ThreadPoolExecutor(8) as pool:
        heights = [1 + number % 3 for number in range(64)]
        found = list(pool.map(lambda height: stock_client.call("header", height=height), heights))
    assert [int(each["header"]["height"]) for each in found] == heights


def test_a_connection_that_the_node_closed_is_opened_again():
    seven = ok(b'{"jsonrpc":"2.0","id":0,"result":7}')
    with answering(seven, closes=True) as address, RpcClient(address) as client:
        assert client.call("first") == 7
        client._connection.sock.recv(1, socket.MSG_PEEK)  # until the end has arrived
        assert client.call("second") == 7


def test_a_closed_client_opens_again(stock_client):
    stock_client.close()
    assert stock_client.call("health") == {}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        ok(b'{"jsonrpc":"2.0","id":0,"resu'),
        ok(b"<html>"),
        ok(b"\xff\xfe"),
        ok(b'{"error":"broken"}'),
        ok(b"[]"),
    ],
)
def test_what_is_no_whole_answer_leaves_the_call_unknown(answer):
    with answering(answer, closes=True) as address, RpcClient(address) as client:
        with pytest.raises(RpcUnavailable, match=address):
            client.call("block", height=1)
        with pytest.raises(RpcUnavailable, match=address):
            client.batch("block", [{"height": 1}, {"height": 2}])


@pytest.mark.parametrize("ids", [[0], [1, 0], [0, 1, 2], [0, 0]])
def test_a_batch_with_answers_to_other_calls_is_unknown(ids):
    body = msgspec.json.encode([{"jsonrpc": "2.0", "id": number, "result": number} for number in ids])
    with (
        answering(ok(body)) as address,
        RpcClient(address) as client,
        pytest.raises(RpcUnavailable, match="one by one"),
    ):
        client.batch("block", [{"height": 1}, {"height": 2}])


def test_a_node_that_is_not_there_is_unavailable(tmp_path):
    for address in (f"unix://{tmp_path}/nobody.sock", "tcp://127.0.0.1:1"):
        with RpcClient(address) as client, pytest.raises(RpcUnavailable, match=address):
            client.call("status")


def test_a_node_that_does_not_answer_in_time_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with RpcClient(address, timeout_s=0.1) as client, pytest.raises(RpcUnavailable, match="timed out"):
            client.call("status")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:26657",
        "unix://",
        "tcp://127.0.0.1",
        "ftp://a:1",
        "tcp://a:99999",
        "tcp://a:b",
        "tcp://[",
    ],
)
def test_what_is_no_address_is_told(address):
    with pytest.raises(RpcAddressWrong, match=r"unix:///run/rpc\.sock"):
        RpcClient(address)
