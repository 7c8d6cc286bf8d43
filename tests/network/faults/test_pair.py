"""Application and engine of a node live and die together."""

import os
import signal

import pytest

from tests.network.faults.load import Load


@pytest.fixture
def victim(network):
    return network.nodes[0]


def test_an_engine_whose_application_is_killed_ends(network, examiner, victim):
    with Load(network, 1) as load:
        load.wait_acknowledged(3)
        os.kill(victim.pid, signal.SIGKILL)
        assert victim.wait_ended() == -signal.SIGKILL
        victim.start()
        load.wait_acknowledged(3)
        network.wait_blocks(2)
    examiner.examine(load.sent)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_node_whose_engine_ends_says_so_and_ends(network, examiner, victim, number):
    with Load(network, 2) as load:
        load.wait_acknowledged(3)
        height = victim.height()
        os.kill(victim.engine_pid, number)
        assert victim.wait_ended() == 1
        stopped = victim.why_stopped
        assert "the engine ended with status" in stopped.reason
        assert stopped.height >= height
        (shown,) = [node for node in network.status().nodes if node.node == victim.name]
        assert (shown.state, shown.reason) == ("failed", stopped.reason)
        victim.start()
        assert victim.why_stopped is None
        network.wait_blocks(2)
    examiner.examine(load.sent)
