import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.network.consortium.conftest import until
from tests.network.waiting import wait_for
from wattloom.network.consortium import processes
from wattloom.network.consortium.errors import NodeFailed
from wattloom.network.consortium.pid_file import ProcessMark, write_mark

pytestmark = pytest.mark.usefixtures("engine_program")

ALONE = "{organisations: [a], parameters: {heartbeat_s: 1}}"


@pytest.fixture
def node(make):
    """Return the only node of a network, which is stopped in the end."""
    (found,) = make(ALONE).nodes()
    yield found
    processes.kill(found)


def session_of(mark):
    """Return the processes in a node's session that still run: its own, and its engine's."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            pid, (state, _, _, session) = (
                int(path.parent.name),
                path.read_text().rpartition(")")[2].split()[:4],
            )
            if int(session) == mark.pid and state != "Z":
                found.append(pid)
    return found


def test_four_nodes_find_each_other(running):
    for node in running.nodes():
        assert processes.is_ready(node)
    found = until(running, lambda status: all(node.peers == 3 for node in status.nodes))
    assert found.chain_id == "wattloom"


def test_a_node_that_is_stopped_has_ended_with_its_engine_and_starts_again(node):
    processes.start([node])
    first = processes.process_of(node)
    assert len(session_of(first)) == 2
    processes.stop([node])
    assert processes.process_of(node) is None
    assert session_of(first) == []
    assert not node.stopped_path.exists()
    processes.start([node])
    assert processes.process_of(node) != first


def test_a_node_that_does_not_end_in_time_is_killed_with_its_engine(node):
    processes.start([node])
    mark, told = processes.process_of(node), []
    os.kill(mark.pid, signal.SIGSTOP)
    processes.stop([node], grace_s=0.2, tell=told.append)
    assert session_of(mark) == []
    assert any("killed" in sentence for sentence in told)


def test_a_node_that_was_killed_starts_again(node):
    processes.start([node])
    processes.kill(node)
    assert processes.process_of(node) is None
    processes.start([node])
    assert processes.is_ready(node)


def test_a_node_that_cannot_start_says_why_by_the_end_of_its_log(node):
    with (
        socket.create_server(("127.0.0.1", node.settings().ports.gateway)),
        pytest.raises(NodeFailed) as failure,
    ):
        processes.start([node])
    assert str(node.settings().ports.gateway) in str(failure.value)
    assert str(node.log_path) in str(failure.value)


def test_a_node_that_its_engine_leaves_keeps_the_reason(node):
    processes.start([node])
    mark = processes.process_of(node)
    (engine,) = [pid for pid in session_of(mark) if pid != mark.pid]
    os.kill(engine, signal.SIGKILL)
    assert processes.wait_ended(mark, within_s=20)
    assert "engine ended" in json.loads(node.stopped_path.read_bytes())["reason"]


def test_a_node_that_runs_already_is_not_started_twice(node):
    processes.start([node])
    first = processes.process_of(node)
    processes.start([node])
    assert processes.process_of(node) == first


def test_stopping_what_does_not_run_is_nothing(node):
    told = []
    processes.stop([node], tell=told.append)
    assert told == []


def test_a_process_that_has_the_id_of_a_node_of_old_is_left_alone(node):
    node.make_run_folders()
    write_mark(node.pid_path, ProcessMark(pid=os.getpid(), started="long ago"))
    processes.stop([node])
    processes.kill(node)
    assert processes.process_of(node) is None


def test_a_node_that_a_service_manager_started_is_known_to_run(node):
    started = subprocess.Popen(
        [sys.executable, "-m", "wattloom", "network", "node", node.path], start_new_session=True
    )
    wait_for(lambda: processes.is_ready(node), "the node answers")
    assert processes.process_of(node) == ProcessMark.of(started.pid)
    processes.stop([node])
    started.wait()
    assert processes.process_of(node) is None
