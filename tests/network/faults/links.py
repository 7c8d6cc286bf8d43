"""The wires between one node and its peers, which a test can cut: a TCP proxy for each direction of dialling.

A cut wire loses nothing and closes nothing: what is sent waits, as it does at a peer whose packets are lost.
So neither side learns of the cut, and nobody dials around the proxy.
"""

import contextlib
import socket
import threading

from msgspec.structs import replace

from tests.network.faults.nodes import Node
from wattloom.network.consortium.free_ports import free_ports

READ_BYTES = 64 << 10

NOWHERE = "127.0.0.9"
"""What wired nodes tell each other as their address, lest one dials back past the wire."""


class Wire:
    """A proxy in front of a peer's port; `whole` holds while it is not cut."""

    def __init__(self, to_port: int, whole: threading.Event) -> None:
        self._to, self._whole = ("127.0.0.1", to_port), whole
        self._open: list[socket.socket] = []
        (self.port,) = free_ports(1)
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        self._open.append(near)
        try:
            far = socket.create_connection(self._to)
        except OSError:  # the peer is down, and so is this connection
            near.close()
            return
        self._open.append(far)
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(one, other), name="wire", daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(READ_BYTES):
                self._whole.wait()
                other.sendall(data)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Links:
    """All wires of one node. Lay them before the nodes start."""

    def __init__(self, node: Node, others: list[Node]) -> None:
        self._whole = threading.Event()
        self._whole.set()
        self._wires = [wire for other in others for wire in (self._lay(node, other), self._lay(other, node))]

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        self.mend()
        for wire in self._wires:
            wire.close()

    def _lay(self, dialling: Node, dialled: Node) -> Wire:
        """Let one node dial the other through a wire."""
        wire = Wire(dialled.settings.ports.peer, self._whole)
        settings = dialling.folder.settings()
        address = f"{dialled.settings.host}:{dialled.settings.ports.peer}"
        peers = tuple(peer.replace(address, f"127.0.0.1:{wire.port}") for peer in settings.peers)
        assert peers != settings.peers, f"{dialling.name} does not dial {dialled.name}"
        dialling.folder.write_settings(replace(settings, host=NOWHERE, peers=peers))
        return wire
