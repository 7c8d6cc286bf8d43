import os
import signal
import time

import pytest
from msgspec.structs import replace

from tests.network.consortium.conftest import until
from wattloom.identity.tls import TlsAuthority
from wattloom.network.consortium import processes, status
from wattloom.network.consortium.layout import NodeFolder
from wattloom.network.consortium.probe import look_at
from wattloom.network.consortium.status import network_status
from wattloom.network.consortium.stopped import Stopped
from wattloom.network.state import Store
from wattloom.network.state.history import Standing, read_standing, write_step

DAY_S = 86_400


@pytest.fixture
def stopped_node(running):
    """Return a node of the running network that is stopped during the test."""
    node = running.node("d-1")
    processes.stop([node])
    yield node
    processes.start([node])


def of(network, name):
    return next(node for node in network_status(network).nodes if node.node == name)


def set_standing(node, standing):
    with Store(node.state_path) as store, store.batch() as batch:
        write_step(batch, standing, None, kept_heights=1_000)


def test_a_network_that_runs_is_shown_without_an_alarm(running):
    found = until(
        running,
        lambda found: all(
            node.height > 2 and node.agrees and node.peers == 3 and node.state == "running"
            for node in found.nodes
        ),
    )
    assert found.alarms == []
    assert found.validators == 4
    for node in found.nodes:
        assert (node.signs, node.kind) == (True, "validator")
        assert time.time() - node.block_time_s < 60
        assert node.certificate_ends_s > time.time() + 300 * DAY_S


def test_all_agree_on_one_root(running):
    found = until(running, lambda found: all(node.agrees for node in found.nodes))
    assert len({node.app_hash for node in found.nodes}) == 1  # nothing was ever submitted


def test_a_node_that_was_stopped_still_tells_where_it_stands(running, stopped_node):
    node = of(running, stopped_node.name)
    assert (node.state, node.signs, node.agrees, node.reason) == ("stopped", False, True, "")
    assert node.height > 0


def test_a_node_that_runs_and_does_not_answer_is_told(running):
    node = running.node("c-1")
    mark = processes.process_of(node)
    os.killpg(mark.pid, signal.SIGSTOP)
    try:
        found = network_status(running)
    finally:
        os.killpg(mark.pid, signal.SIGCONT)
    assert "c-1: runs but does not answer" in found.alarms
    assert next(each for each in found.nodes if each.node == "c-1").state == "silent"


def test_a_node_whose_state_is_not_the_chain_s_is_named(running, stopped_node):
    with Store(stopped_node.state_path, read_only=True) as store, store.snapshot() as view:
        true = read_standing(view)
    set_standing(stopped_node, Standing(true.height, b"\1" * 32, true.contracts))
    try:
        found = until(running, lambda found: found.nodes[3].agrees is not None)
    finally:
        set_standing(stopped_node, true)
    assert found.nodes[3].agrees is False
    assert any(alarm.startswith("d-1: its state at height") for alarm in found.alarms)
    assert all(node.agrees is not False for node in found.nodes[:3])


def test_why_a_node_ended_by_itself_is_told(running, stopped_node):
    stopped_node.stopped_path.write_bytes(b'{"reason":"the disk is full","height":7,"at_s":1}')
    found = network_status(running)
    assert "d-1: stopped by itself: the disk is full" in found.alarms
    assert found.nodes[3].state == "failed"
    assert found.nodes[3].reason == Stopped(reason="the disk is full", height=7, at_s=1).reason


def test_snapshots_are_listed_by_height(make):
    network = make()
    for name in ("10", "5", ".taking-15", "x"):
        (network.node("a-1").snapshots_path / name).mkdir(parents=True)
    assert of(network, "a-1").snapshots == [5, 10]


def test_a_network_that_never_ran_is_shown_as_it_is(make):
    found = network_status(make())
    assert [(node.state, node.height, node.agrees) for node in found.nodes] == [("stopped", 0, None)] * 4
    assert (found.validators, found.alarms) == (0, [])


def test_certificates_that_are_missing_expired_or_end_soon_are_told(make):
    network, now_s = make(), int(time.time())
    tls = TlsAuthority.load(network.tls_path)
    for name, begins_s, days in (("a-1", now_s - 2 * DAY_S, 1), ("b-1", now_s, 10), ("c-1", 0, 0)):
        folder = NodeFolder(network.nodes_path / name).tls_path
        for path in folder.iterdir():
            path.unlink()
        if days:
            tls.issue_server(not_before_s=begins_s, days=days).save(folder)
    alarms = network_status(network).alarms
    assert "a-1: its TLS certificate has expired" in alarms
    assert any(alarm.startswith("b-1: its TLS certificate ends in ") for alarm in alarms)
    assert "c-1: its TLS certificate is missing or cannot be read" in alarms
    assert len(alarms) == 3


def test_fewer_than_four_validators_and_a_chain_that_stands_still_are_told(make, engine_program, monkeypatch):
    monkeypatch.setattr(status, "LATE_HEARTBEATS", 3)
    network = make("{organisations: [a, b], parameters: {heartbeat_s: 1}}")
    try:
        processes.start(network.nodes())
        until(network, lambda found: max(node.height for node in found.nodes) > 2)
        assert any(alarm.startswith("2 validators sign") for alarm in network_status(network).alarms)
        processes.kill(network.node("b-1"))
        found = until(network, lambda found: any("no block for" in alarm for alarm in found.alarms))
        assert found.nodes[0].state == "running"
    finally:
        processes.stop(network.nodes())


def test_another_node_that_has_taken_the_port_is_not_believed(running, tmp_path):
    asked, other = running.node("a-1").settings(), running.node("b-1").settings()
    mistaken = NodeFolder(tmp_path / "a-1")
    mistaken.path.mkdir()
    mistaken.write_settings(replace(asked, ports=replace(asked.ports, rpc=other.ports.rpc)))
    assert look_at(running.node("a-1")).answer is not None
    assert look_at(mistaken).answer is None
