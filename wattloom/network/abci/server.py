"""Serves an application to a CometBFT node over a socket, each connection from a thread of its own."""

import contextlib
import socket
import threading
import time
import traceback
from collections.abc import Callable

import structlog

from wattloom.network.abci.address import forget, listen
from wattloom.network.abci.application import AbciApplication
from wattloom.network.abci.calls import Caller
from wattloom.network.abci.connection import Connection
from wattloom.network.abci.limits import DEFAULT_LIMITS, Limits

CUT_S = 1.0
"""How long a thread may take to end once its connection is cut."""

log = structlog.get_logger(__name__)


class AbciServer:
    """`with AbciServer(application, "unix:///run/app.sock") as server: server.wait()`.

    The server ends by itself when a call raises: the node is told, and stops. `on_end` then gets what was
    raised, once. `on_hang_up` is called when the last of the node's connections has closed, because the node
    has ended; the server goes on and waits for another. Both are called from a thread of the server's.
    """

    def __init__(
        self,
        application: AbciApplication,
        address: str,
        *,
        limits: Limits = DEFAULT_LIMITS,
        on_end: Callable[[BaseException], None] | None = None,
        on_hang_up: Callable[[], None] | None = None,
    ) -> None:
        self.address = address
        self._limits, self._caller = limits, Caller(application)
        self._on_end, self._on_hang_up = on_end, on_hang_up
        self._lock = threading.Lock()
        self._threads: dict[threading.Thread, Connection] = {}
        self._listener: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self._closed = False
        self._ended = threading.Event()
        self._error: BaseException | None = None

    def start(self) -> None:
        """Listen; raise `AbciNotStarted`. Port 0 becomes a free one in `address`."""
        listener, self.address = listen(self.address)
        self._listener = listener
        self._accepting = threading.Thread(
            target=self._accept, args=(listener,), name="abci-accept", daemon=True
        )
        self._accepting.start()

    def stop(self) -> None:
        """Take no more connections and calls; return once those in hand are answered and all is closed."""
        self._close()
        if self._accepting not in (None, threading.current_thread()):
            self._accepting.join()
        self._join(self._limits.stop_s)
        for connection in self._others().values():
            log.warning("cut an ABCI connection whose call did not end", waited_s=self._limits.stop_s)
            connection.cut()
        self._join(CUT_S)
        self._ended.set()

    def wait(self, timeout_s: float | None = None) -> BaseException | None:
        """Return what the application raised once it did; None after `stop`, or when the time is over."""
        self._ended.wait(timeout_s)
        return self._error

    def __enter__(self) -> "AbciServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while not self._closed:
                try:
                    peer, _ = listener.accept()
                except OSError as error:
                    if not self._closed:
                        self._fail(error)
                    return
                self._welcome(peer)

    def _welcome(self, peer: socket.socket) -> None:
        with self._lock:
            if self._closed or len(self._threads) >= self._limits.connections:
                peer.close()
                return
            if peer.family != socket.AF_UNIX:
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(peer, self._caller, message_bytes_limit=self._limits.message_bytes)
            thread = threading.Thread(
                target=self._run, args=(connection,), name="abci-connection", daemon=True
            )
            self._threads[thread] = connection
            thread.start()

    def _run(self, connection: Connection) -> None:
        connection.run(self._fail)
        with self._lock:
            del self._threads[threading.current_thread()]
            was_last = not any(other.was_used for other in self._threads.values())
            tells = connection.was_used and was_last and not self._closed
        if tells and self._on_hang_up:
            self._on_hang_up()

    def _fail(self, error: BaseException) -> None:
        # As text, because some formatters of exceptions would show local variables.
        log.critical(
            "the application failed; the server ends", exception="".join(traceback.format_exception(error))
        )
        with self._lock:
            is_first, self._error = self._error is None, self._error or error
        self._close()
        self._ended.set()
        if is_first and self._on_end:
            self._on_end(error)

    def _close(self) -> None:
        """Take no more connections and calls."""
        with self._lock:
            self._closed = True
            listener, self._listener = self._listener, None
            if listener is not None:
                forget(self.address)  # while it still answers, so that the file is ours and no successor's
                with contextlib.suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        for connection in self._others().values():
            connection.hang_up()

    def _others(self) -> dict[threading.Thread, Connection]:
        """Return what is still served, by other threads than this one."""
        with self._lock:
            return {
                thread: connection
                for thread, connection in self._threads.items()
                if thread is not threading.current_thread()
            }

    def _join(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        for thread in self._others():
            thread.join(max(0.0, deadline - time.monotonic()))
