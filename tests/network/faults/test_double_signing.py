"""A validator's key that two nodes use: the ledger records it, and takes the validator's vote away."""

import shutil

import pytest
from msgspec.structs import replace

from tests.network.faults.examination import Examiner
from tests.network.faults.load import Load
from tests.network.faults.nodes import Node
from wattloom.chaincode.api import Page
from wattloom.chaincode.governance.messages import PageAsked
from wattloom.chaincode.governance.records import Incident, Offence, Seat, SeatStatus
from wattloom.network.consortium.free_ports import USES, free_ports
from wattloom.network.consortium.layout import NodeFolder
from wattloom.network.consortium.node_key import NodeKey
from wattloom.network.consortium.spec import Ports


@pytest.fixture
def examiner(network):
    return Examiner(network)


@pytest.fixture
def network(make_network):
    return make_network()


@pytest.fixture
def twin(network, tmp_path):
    """A second node with the first one's validator key: what a careless move to another machine makes."""
    node = copy_of(network.nodes[0], tmp_path / "twin")
    yield node
    node.close()


def copy_of(node, path):
    """Copy a node that never ran; all that differs is its name among its peers, and its ports."""
    shutil.copytree(node.folder.path, path)
    folder = NodeFolder(path)
    folder.node_key_path.unlink()
    NodeKey.generate().save(folder.node_key_path)
    ports = Ports(**dict(zip(USES, free_ports(len(USES)), strict=True)))
    folder.write_settings(replace(folder.settings(), ports=ports))
    return Node(folder)


def test_a_key_that_two_nodes_use_is_suspended_and_the_other_three_go_on(network, examiner, twin):
    network.start()
    careless = network.nodes[0]
    others = network.others(careless)
    with network.client(*others, identity=network.community.member("home-5")) as member:
        twin.start()
        with Load(network, 1, gateways=others) as load:
            suspended = next(member.events(1, contract="governance", name="validator_suspended"))
            load.wait_acknowledged(10)
            network.wait_blocks(4, others)
        incidents = member.evaluate("governance:list_misbehaviour", PageAsked(), Page[Incident]).items
    seat = suspended.read(Seat)
    assert (seat.node, seat.status) == (careless.name, SeatStatus.SUSPENDED)
    assert [incident.suspended for incident in incidents].count(True) == 1
    for incident in incidents:
        assert (incident.node, incident.organisation) == (careless.name, careless.settings.organisation)
        assert (incident.evidence.kind, incident.evidence.address) == (
            Offence.DUPLICATE_VOTE,
            careless.validator_address,
        )
    status = network.status()
    assert status.validators == 3
    assert {node.node for node in status.nodes if not node.signs} == {careless.name}
    assert any("3 validators sign" in alarm for alarm in status.alarms)
    examiner.examine(load.sent)
