"""A validator whose contracts are others than the network's: it stops, and says why; the rest go on."""

import pytest

from tests.network.faults.examination import Examiner
from tests.network.faults.load import Load
from tests.network.faults.nodes import STOCK
from tests.network.faults.patched_node import THIS


@pytest.fixture
def examiner(network):
    return Examiner(network)


@pytest.fixture
def network(make_network):
    network = make_network()
    network.nodes[1].program = (THIS, "--generous")
    return network.start()


def test_a_validator_that_invents_money_is_left_behind_and_named(network, examiner):
    liar = network.nodes[1]
    others = network.others(liar)
    with Load(network, 1, gateways=others) as load:
        assert liar.wait_ended(60) == 1
        load.wait_acknowledged(10)
        network.wait_blocks(4, others)
    assert "consensus failed, this node disagrees with the others" in liar.why_stopped.reason
    status = network.status()
    (shown,) = [node for node in status.nodes if node.node == liar.name]
    assert (shown.state, shown.agrees, shown.reason) == ("failed", False, liar.why_stopped.reason)
    assert any(
        alarm.startswith(f"{liar.name}: its state at height {shown.height}") for alarm in status.alarms
    )
    assert {node.agrees for node in status.nodes if node.node != liar.name} <= {True, None}
    examiner.examine(load.sent, others)

    liar.program = STOCK
    liar.spawn()
    assert liar.wait_ended() == 1
    liar.wipe()
    liar.start()
    network.wait_blocks(2)
    examiner.examine(load.sent)
