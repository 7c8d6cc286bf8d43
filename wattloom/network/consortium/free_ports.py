"""Ports that nobody listens on, for networks that live no longer than a demonstration or a test."""

import os
import random
from itertools import islice

from msgspec.structs import replace

from wattloom.network.consortium.checks import is_free
from wattloom.network.consortium.spec import LOOPBACK, NetworkSpec, Ports, SomePorts

LOWEST, HIGHEST = 10_000, 32_000
"""Below what systems give to connections on their way out: one of these could take a stopped node's port."""

STRETCHES = 8
"""A process draws from one of so many stretches, so that it seldom takes ports of another's stopped nodes."""

USES = Ports.__struct_fields__


def with_free_ports(spec: NetworkSpec) -> NetworkSpec:
    """Return the network with ports of this machine that are free now."""
    nodes = spec.nodes()
    found = iter(free_ports(len(USES) * len(nodes)))
    ports = {node.name: SomePorts(**{use: next(found) for use in USES}) for node in nodes}
    return replace(spec, ports=ports)


def free_ports(count: int) -> list[int]:
    """Return so many different ports of loopback that are free now."""
    length = (HIGHEST - LOWEST) // STRETCHES
    first = LOWEST + length * (os.getpid() % STRETCHES)
    drawn = random.SystemRandom().sample(range(first, first + length), length)
    return list(islice((port for port in drawn if is_free(LOOPBACK, port)), count))
