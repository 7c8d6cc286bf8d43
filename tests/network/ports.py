"""Ports for nodes that tests stop and start: no connection on its way out can take one in the meantime."""

import random
import socket
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from wattloom.network.consortium.spec import NetworkSpec, Ports, SomePorts

LOWEST, HIGHEST = 10_000, 32_000
"""Below what Linux (32768 up) and macOS (49152 up) give to outgoing connections."""

USES = Ports.__struct_fields__


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens on."""
    return list(islice(_free(), count))


def on_free_ports(spec: NetworkSpec) -> NetworkSpec:
    """Return a network's description with ports of this machine that nobody listens on."""
    names = [node.name for node in spec.nodes()]
    ports = iter(free_ports(len(names) * len(USES)))
    chosen = {name: SomePorts(**dict(zip(USES, islice(ports, len(USES)), strict=True))) for name in names}
    return replace(spec, ports=chosen)


def _free() -> Iterator[int]:
    for port in random.SystemRandom().sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
