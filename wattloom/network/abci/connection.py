"""One connection of a node: requests in, answers out, in order."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import structlog

from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.calls import Caller, CallFailed
from wattloom.network.abci.errors import PeerRefused
from wattloom.network.abci.framing import Frames, delimited

READ_BYTES = 64 * 1024
"""Per system call: some ninety transactions of 700 bytes."""

GATHER_BYTES = 64 * 1024
"""Answers beyond it are sent, though more requests wait."""

FLUSH = wire.Request(flush=wire.RequestFlush()).SerializeToString()

PARTING_S = 1.0
"""How long a peer that is told an exception may take to flush, to read and to hang up."""

log = structlog.get_logger(__name__)


class Connection:
    """Answers one connection, in a thread of its own, until the peer leaves or `hang_up` is called.

    Requests are pipelined: one read brings what there is, and one send takes the answers; `flush` forces it.
    """

    def __init__(self, peer: socket.socket, caller: Caller, *, message_bytes_limit: int) -> None:
        self._peer, self._caller = peer, caller
        self._frames = Frames(message_bytes_limit=message_bytes_limit)
        self._leaving = threading.Event()
        self._answers = bytearray()
        self.was_used = False

    def hang_up(self) -> None:
        """Take no more calls: the one in hand is answered, then the connection is closed. From any thread."""
        if not self._leaving.is_set():
            self._leaving.set()
            with contextlib.suppress(OSError):  # the peer has left
                self._peer.shutdown(socket.SHUT_RD)

    def cut(self) -> None:
        """Close now, whatever is in hand. From any thread."""
        self._leaving.set()
        with contextlib.suppress(OSError):  # the peer has left
            self._peer.shutdown(socket.SHUT_RDWR)

    def run(self, on_failure: Callable[[BaseException], None]) -> None:
        """Serve until the end, and close; `on_failure` is told what the application raised."""
        requests = self._requests()
        try:
            self._serve(requests)
        except PeerRefused as error:
            log.error("refused an ABCI peer", reason=str(error))
            self._tell(str(error))
            self._let_it_read()
        except CallFailed as error:
            self._skip_to_flush(requests)
            self._tell(str(error))
            on_failure(error.cause)
            self._let_it_read()
        except OSError:
            pass  # the peer left without a goodbye, or was cut
        finally:
            self._peer.close()

    def _requests(self) -> Iterator[bytes]:
        while not self._leaving.is_set() and (data := self._peer.recv(READ_BYTES)):
            self.was_used = True
            yield from self._frames.feed(data)
            self._send()

    def _serve(self, requests: Iterator[bytes]) -> None:
        for raw in requests:
            self._answer(self._caller.call(raw))
            if self._leaving.is_set():
                self._send()
                return

    def _answer(self, response: wire.Response) -> None:
        self._answers += delimited(response)
        if len(self._answers) > GATHER_BYTES or response.HasField("flush"):
            self._send()

    def _send(self) -> None:
        if self._answers:
            answers, self._answers = self._answers, bytearray()
            self._peer.sendall(answers)

    def _skip_to_flush(self, requests: Iterator[bytes]) -> None:
        """Read the flush behind a failed call: CometBFT may hang on one that an exception overtakes."""
        self._peer.settimeout(PARTING_S)
        limit = time.monotonic() + PARTING_S
        with contextlib.suppress(PeerRefused, OSError):
            for raw in requests:
                if raw == FLUSH or time.monotonic() > limit:
                    return

    def _tell(self, reason: str) -> None:
        """Send what is answered so far, then the exception that makes the node stop."""
        self._leaving.set()
        self._peer.settimeout(PARTING_S)
        self._answers += delimited(wire.Response(exception=wire.ResponseException(error=reason)))
        with contextlib.suppress(OSError):  # the peer has left
            self._send()

    def _let_it_read(self) -> None:
        """Wait for the peer to hang up: closing on one that is still writing would lose what it is told."""
        limit = time.monotonic() + PARTING_S
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_WR)
            while self._peer.recv(READ_BYTES) and time.monotonic() < limit:
                pass
