import time

import pytest

from wattloom.network.consortium import processes
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.free_ports import with_free_ports
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.consortium.reading import parse_spec
from wattloom.network.consortium.status import network_status

FOUR = "{organisations: [a, b, c, d], parameters: {heartbeat_s: 1, snapshot_every_blocks: 5}}"


def until(network, holds):
    """Return the first status for which `holds`; blocks come by themselves."""
    deadline = time.monotonic() + 30
    while not holds(found := network_status(network)):
        assert time.monotonic() < deadline, found
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a network that no test changes."""
    return create_network(parse_spec(FOUR), tmp_path_factory.mktemp("made") / "network")


@pytest.fixture
def make(tmp_path):
    """Return what makes a network of its own for a test, on ports that are free."""

    def build(text=FOUR, name="network") -> NetworkFolder:
        return create_network(with_free_ports(parse_spec(text)), tmp_path / name)

    return build


@pytest.fixture(scope="package")
def running(engine_program, tmp_path_factory):
    """Return a network whose four nodes run; a test leaves all of them running."""
    network = create_network(with_free_ports(parse_spec(FOUR)), tmp_path_factory.mktemp("up") / "network")
    try:
        processes.start(network.nodes())
        until(network, lambda found: all(node.state == "running" for node in found.nodes))
        yield network
    finally:
        processes.stop(network.nodes())
