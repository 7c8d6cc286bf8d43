"""One connection of a node: requests in, answers out, in order."""

import contextlib
import socket
import threading
from collections.abc import Callable

import structlog

from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.calls import Caller, CallFailed
from wattloom.network.abci.errors import PeerRefused
from wattloom.network.abci.framing import Frames, delimited

READ_BYTES = 64 * 1024
"""Per system call: some ninety transactions of 700 bytes."""

GATHER_BYTES = 64 * 1024
"""Answers beyond it are sent, though more requests wait."""

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
        try:
            self._serve()
        except PeerRefused as error:
            log.error("refused an ABCI peer", reason=str(error))
            self._tell(str(error))
        except CallFailed as error:
            on_failure(error.cause)
            self._tell(str(error))
        except OSError:
            pass  # the peer left without a goodbye, or was cut
        finally:
            self._peer.close()

    def _serve(self) -> None:
        while not self._leaving.is_set() and (data := self._peer.recv(READ_BYTES)):
            self.was_used = True
            for raw in self._frames.feed(data):
                self._answer(self._caller.call(raw))
                if self._leaving.is_set():
                    break
            self._send()

    def _answer(self, response: wire.Response) -> None:
        self._answers += delimited(response)
        if len(self._answers) > GATHER_BYTES or response.HasField("flush"):
            self._send()

    def _send(self) -> None:
        if self._answers:
            answers, self._answers = self._answers, bytearray()
            self._peer.sendall(answers)

    def _tell(self, reason: str) -> None:
        """Send what is answered so far, then the exception that makes the node stop."""
        self._answers += delimited(wire.Response(exception=wire.ResponseException(error=reason)))
        with contextlib.suppress(OSError):  # the peer has left
            self._send()
