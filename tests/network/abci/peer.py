"""What a node is to the server: a connection that sends requests and takes answers."""

import socket

from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.framing import Frames, delimited

PATIENCE_S = 10
VERSIONS = {"version": "0.39.4", "abci_version": "2.0.0", "block_version": 11}


def echo(message="x"):
    return wire.Request(echo=wire.RequestEcho(message=message))


def check(tx=b""):
    return wire.Request(check_tx=wire.RequestCheckTx(tx=tx))


FLUSH = wire.Request(flush=wire.RequestFlush())
INFO = wire.Request(info=wire.RequestInfo(**VERSIONS))


class Peer:
    """One connection; a read that takes too long fails."""

    def __init__(self, address):
        self.socket = _connect(address)
        self.socket.settimeout(PATIENCE_S)
        self._frames, self._answers = Frames(message_bytes_limit=1 << 30), []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *requests):
        self.send_bytes(b"".join(map(delimited, requests)))

    def send_bytes(self, data):
        self.socket.sendall(data)

    def ask(self, request):
        self.send(request)
        return self.receive()

    def receive(self):
        """Return the next answer; None once the server has closed the connection."""
        while not self._answers:
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self._answers += map(wire.Response.FromString, self._frames.feed(data))
        return self._answers.pop(0)

    def receive_all(self):
        """Return the answers up to the server's closing the connection."""
        return list(iter(self.receive, None))


def _connect(address):
    if address.startswith("tcp://"):
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        return socket.create_connection((host, int(port)))
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address.removeprefix("unix://"))
    except OSError:
        connection.close()
        raise
    return connection
