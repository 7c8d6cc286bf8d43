"""Ports that nobody listens on, for networks that live no longer than a demonstration or a test."""

import socket
from contextlib import ExitStack

from msgspec.structs import replace

from wattloom.network.consortium.spec import LOOPBACK, NetworkSpec, Ports, SomePorts

USES = Ports.__struct_fields__


def with_free_ports(spec: NetworkSpec) -> NetworkSpec:
    """Return the network with ports of this machine that are free now."""
    nodes = spec.nodes()
    found = iter(free_ports(len(USES) * len(nodes)))
    ports = {node.name: SomePorts(**{use: next(found) for use in USES}) for node in nodes}
    return replace(spec, ports=ports)


def free_ports(count: int) -> list[int]:
    """Return so many different ports of loopback that are free now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
