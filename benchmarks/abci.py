"""`check_tx` over the ABCI server's socket: calls per second, time and CPU for each.

The application does nothing, so this is the server's own cost: framing, protobuf, system calls. It runs in a
process of its own; the peer sends a window of requests, each followed by a flush as CometBFT does it, and
waits for the answers.
"""

import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wattloom.network.abci import AbciApplication, serve
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.framing import Frames, delimited

WINDOWS = (1, 16, 64)
CALLS = 40_000
TX_BYTES = 700
READ_BYTES = 1 << 16


def run(windows: tuple[int, ...] = WINDOWS, calls: int = CALLS) -> list[dict[str, Any]]:
    """Return one figure per number of requests in flight."""
    with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as folder, _serving(folder) as peer:
        return [_measure(peer, window, calls) for window in windows]


class Idle(AbciApplication):
    """Takes every transaction, and says what CPU its process has used (s)."""

    def query(self, request: wire.RequestQuery) -> wire.ResponseQuery:  # noqa: ARG002
        """Answer with the CPU time."""
        return wire.ResponseQuery(log=repr(time.process_time()))


class Peer:
    """One connection that counts answers."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._frames = connection, Frames(message_bytes_limit=1 << 20)

    def ask(self, requests: bytes, answers: int) -> bytes:
        """Send requests, wait for so many answers, and return the last."""
        self._connection.sendall(requests)
        while True:
            for raw in self._frames.feed(self._connection.recv(READ_BYTES)):
                answers -= 1
                if not answers:
                    return raw

    def server_cpu_s(self) -> float:
        """Return the CPU that the server's process has used so far."""
        raw = self.ask(delimited(wire.Request(query=wire.RequestQuery())), 1)
        return float(wire.Response.FromString(raw).query.log)


def _measure(peer: Peer, window: int, calls: int) -> dict[str, Any]:
    check = delimited(wire.Request(check_tx=wire.RequestCheckTx(tx=bytes(TX_BYTES))))
    requests = (check + delimited(wire.Request(flush=wire.RequestFlush()))) * window
    cpu_before_s, began_s = peer.server_cpu_s(), time.perf_counter()
    for _ in range(calls // window):
        peer.ask(requests, 2 * window)
    took_s, cpu_s = time.perf_counter() - began_s, peer.server_cpu_s() - cpu_before_s
    done = calls // window * window
    return {
        "in_flight": window,
        "calls_per_s": round(done / took_s),
        "us_per_window": round(took_s / (calls // window) * 1e6, 1),
        "cpu_us_per_call": round(cpu_s / done * 1e6, 2),
    }


@contextmanager
def _serving(folder: str) -> Iterator[Peer]:
    path = Path(folder) / "app.sock"
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(Idle(), f"unix://{path}"))
    server.start()
    try:
        with _connected(path) as connection:
            yield Peer(connection)
    finally:
        server.terminate()
        server.join()


def _connected(path: Path, patience_s: float = 10) -> socket.socket:
    """Connect to a server that is starting."""
    limit_s = time.monotonic() + patience_s
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > limit_s:
                raise
            time.sleep(0.02)
        else:
            return connection
