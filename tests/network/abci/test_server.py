import contextlib
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from wattloom.network.abci import AbciServer, Limits
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.framing import delimited

from .applications import Failing, Gate, Mirror
from .peer import FLUSH, INFO, PATIENCE_S, Peer, check, echo


class Told:
    """Collects what a server tells."""

    def __init__(self):
        self.said, self.event = [], threading.Event()

    def __call__(self, *what):
        self.said.append(what)
        self.event.set()

    def wait(self):
        assert self.event.wait(PATIENCE_S)


def numbered(count):
    return [check(b"%d" % number) for number in range(count)]


def test_pipelined_requests_are_answered_in_order(server, address):
    with Peer(address) as peer:
        peer.send(*numbered(1000))
        assert [peer.receive().check_tx.data for _ in range(1000)] == [
            b"%d" % number for number in range(1000)
        ]


def test_answers_come_in_order_however_the_requests_were_split(server, address):
    @settings(max_examples=30, deadline=None)
    @given(st.data())
    def split(data):
        count = data.draw(st.integers(1, 20))
        stream = b"".join(map(delimited, numbered(count)))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
        with Peer(address) as peer:
            for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
                peer.send_bytes(stream[begin:end])
            assert [peer.receive().check_tx.data for _ in range(count)] == [b"%d" % n for n in range(count)]

    split()


def test_a_request_of_megabytes_is_answered(server, address):
    with Peer(address) as peer:
        sender = threading.Thread(target=peer.send, args=(check(bytes(20_000_000)), FLUSH))
        sender.start()
        assert len(peer.receive().check_tx.data) == 20_000_000
        assert peer.receive().HasField("flush")
        sender.join()


def test_a_flush_does_not_wait_for_the_call_after_it(address):
    gate = Gate()
    with AbciServer(gate, address), Peer(address) as peer:
        peer.send(check(b"first"), FLUSH, check(b"held"))
        assert peer.receive().check_tx.data == b"first"
        assert peer.receive().HasField("flush")
        gate.let_go.set()
        assert peer.receive().check_tx.data == b"held"


def test_a_call_on_one_connection_does_not_hold_up_another(address):
    gate = Gate()
    with AbciServer(gate, address), Peer(address) as slow, Peer(address) as quick:
        slow.send(check(b"held"))
        assert gate.came.wait(PATIENCE_S)
        assert quick.ask(check(b"quick")).check_tx.data == b"quick"
        gate.let_go.set()
        assert slow.receive().check_tx.data == b"held"


@pytest.mark.parametrize(
    ("junk", "sentence"),
    [
        (b"\xff" * 20, "length of a message"),
        (b"\xff\xff\xff\xff\x0f" + bytes(100), "at most"),
        (b"\x03\xff\xff\xff", "no ABCI request"),
        (b"\x00", "does not have"),
    ],
)
def test_a_peer_that_sends_junk_is_told_so_and_left_and_others_are_not(server, address, junk, sentence):
    with Peer(address) as bad, Peer(address) as good:
        bad.send_bytes(delimited(echo("before")) + junk)
        assert bad.receive().echo.message == "before"
        assert sentence in bad.receive().exception.error
        assert bad.receive() is None
        assert good.ask(echo("hello")).echo.message == "hello"


def test_a_peer_that_leaves_in_the_middle_of_a_message_leaves_no_thread(address):
    told = Told()
    with AbciServer(Mirror(), address, on_hang_up=told):
        with Peer(address) as peer:
            peer.send_bytes(delimited(check(bytes(1000)))[:500])
        told.wait()


def test_a_node_of_another_version_is_refused_and_the_next_one_is_served(server, address):
    with Peer(address) as old:
        answer = old.ask(wire.Request(info=wire.RequestInfo(abci_version="1.0.0", block_version=11)))
        assert "speaks ABCI 1.0.0" in answer.exception.error
        assert old.receive() is None
    with Peer(address) as node:
        assert node.ask(INFO).HasField("info")


def test_more_connections_than_the_limit_are_closed(address):
    with AbciServer(Mirror(), address, limits=Limits(connections=1)), Peer(address) as first:
        assert first.ask(echo()).HasField("echo")
        with Peer(address) as second:
            assert second.receive() is None
        assert first.ask(echo()).HasField("echo")


def test_an_exception_ends_the_server_and_is_kept(address):
    told = Told()
    with AbciServer(Failing(), address, on_end=told) as server, Peer(address) as peer, Peer(address) as other:
        assert other.ask(echo()).HasField("echo")
        peer.send(check(b"good"), check(b"bad"), check(b"never"), FLUSH)
        good, exception = peer.receive_all()
        assert good.check_tx.data == b"good"
        assert exception.exception.error == "check_tx: OSError: the disk is full"
        assert other.receive() is None
        error = server.wait(PATIENCE_S)
        assert isinstance(error, OSError)
        told.wait()
        assert told.said == [(error,)]
        with pytest.raises(FileNotFoundError):
            Peer(address)


def test_an_exception_is_logged_without_local_variables(address):
    with capture_logs() as logs, AbciServer(Failing(), address) as server, Peer(address) as peer:
        peer.send(check(b"bad"), FLUSH)
        server.wait(PATIENCE_S)
    (line,) = [line for line in logs if line["log_level"] == "critical"]
    assert "the disk is full" in line["exception"]
    assert "a private value" not in str(line)
    assert "exc_info" not in line  # which some formatters take the local variables from


def test_waiting_ends_with_the_time_given(server):
    assert server.wait(0.01) is None


def test_the_last_connection_to_close_is_told(address):
    told = Told()
    with AbciServer(Mirror(), address, on_hang_up=told):
        with Peer(address) as first, Peer(address) as second:
            assert first.ask(echo()).HasField("echo")
            assert second.ask(echo()).HasField("echo")
            first.socket.close()
            assert second.ask(echo()).HasField("echo")
            assert not told.said
        told.wait()
        assert told.said == [()]


def test_a_connection_that_said_nothing_is_no_node(address):
    told = Told()
    with AbciServer(Mirror(), address, on_hang_up=told), Peer(address) as node:
        node.ask(echo())
        Peer(address).socket.close()
        assert node.ask(echo()).HasField("echo")
        assert not told.said


def test_a_node_that_comes_again_is_served(server, address):
    for _ in range(3):
        with Peer(address) as peer:
            assert peer.ask(INFO).HasField("info")


def test_stopping_answers_the_call_in_hand_and_begins_no_other(address):
    gate = Gate()
    server = AbciServer(gate, address)
    server.start()
    with Peer(address) as peer, Peer(address) as idle:
        idle.ask(echo())
        peer.send(check(b"first"), check(b"held"), check(b"later"))
        assert gate.came.wait(PATIENCE_S)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert idle.receive() is None  # nothing more is taken, and the held call still runs
        gate.let_go.set()
        stopping.join(PATIENCE_S)
        assert [answer.check_tx.data for answer in peer.receive_all()] == [b"first", b"held"]
    assert server.wait() is None


def test_stopping_does_not_wait_for_ever_for_a_peer_that_reads_nothing(address):
    gate = Gate()
    server = AbciServer(gate, address, limits=Limits(stop_s=0.1))
    server.start()
    with Peer(address) as peer:
        sender = threading.Thread(target=lambda: _send_until_cut(peer))
        sender.start()
        assert gate.came.wait(PATIENCE_S)
        gate.let_go.set()
        server.stop()
        sender.join(PATIENCE_S)
        assert not sender.is_alive()


def _send_until_cut(peer):
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while True:
            peer.send(check(b"held"), check(bytes(1_000_000)))


def test_stopping_twice_or_without_a_start_is_no_mistake(address):
    AbciServer(Mirror(), address).stop()
    with AbciServer(Mirror(), address) as server:
        server.stop()


def test_a_server_may_be_stopped_from_what_it_tells(address):
    ended = threading.Event()
    server = AbciServer(Failing(), address, on_end=lambda _: (server.stop(), ended.set()))
    server.start()
    with Peer(address) as peer:
        peer.send(check(b"bad"), FLUSH)
        assert ended.wait(PATIENCE_S)


def test_an_exception_waits_for_the_flush_of_its_call(address):
    with AbciServer(Failing(), address), Peer(address) as peer:
        peer.send(check(b"bad"))
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.receive()
        peer.send(FLUSH)
        assert peer.receive().HasField("exception")


def test_a_peer_that_still_writes_can_read_why_it_was_left(server, address):
    with Peer(address) as peer:
        peer.send_bytes(b"\x00")
        for _ in range(20):
            peer.send_bytes(bytes(10_000))  # refused bytes are read away, or this would break the connection
        assert peer.receive().HasField("exception")
