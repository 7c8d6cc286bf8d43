"""Application and engine of a node live and die together."""

import os
import shutil
import signal

import pytest

from tests.network.faults.load import Load
from tests.network.faults.patched_node import THIS
from wattloom.network.application import Application
from wattloom.network.cometbft.engine import CometEngine
from wattloom.network.cometbft.records import TABLES
from wattloom.network.state import Store


@pytest.fixture
def victim(network):
    return network.nodes[0]


def test_a_node_whose_engine_ends_before_it_serves_anybody_ends_too(make_network):
    node = make_network().nodes[0]
    node.program = (THIS, "--engine", shutil.which("false"))
    node.spawn()
    assert node.wait_ended() == 1
    assert "the engine ended with status 1" in node.why_stopped.reason


def test_a_gateway_that_follows_an_engine_after_its_end_is_told_at_once(make_network):
    folder = make_network().nodes[0].folder
    told = []
    with Store(folder.state_path, tables=TABLES) as store:
        engine = CometEngine(Application(store), store, folder.genesis(), rpc_address="tcp://127.0.0.1:1")
        engine.stop()
        engine.follow(told.append, lambda: told.append("end"))
    assert told == ["end"]


def test_an_engine_whose_application_is_killed_ends(network, examiner, victim):
    with Load(network, 1) as load:
        load.wait_acknowledged(3)
        os.kill(victim.pid, signal.SIGKILL)
        assert victim.wait_ended() == -signal.SIGKILL
        victim.start()
        load.wait_acknowledged(3)
        network.wait_blocks(2)
    examiner.examine(load.sent)


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)])
def test_a_node_whose_engine_ends_says_so_and_ends(network, examiner, victim, number):
    with Load(network, 2) as load:
        load.wait_acknowledged(3)
        height = victim.executed()
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
