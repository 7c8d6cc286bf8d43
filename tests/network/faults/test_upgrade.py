"""New rules from a height on, by vote: who has the software goes over, who has not stops and says so."""

import json

import pytest

from tests.network.consortium.shell import run
from tests.network.faults.load import Load
from tests.network.faults.patched_node import THIS, UPGRADED
from tests.network.notes import Name, Note
from tests.network.waiting import wait_for
from wattloom.chaincode.installed import RULES
from wattloom.network.application.rules import WrongRules
from wattloom.network.client import Refused
from wattloom.network.consortium.audit import audit_node
from wattloom.network.consortium.readiness import network_readiness
from wattloom.network.replay import LedgerRejected

KNOWS_BOTH = (THIS, "--upgraded")
NOTICE_BLOCKS = 45
"""The rules ask for 20 after the vote; the rest is room for the proposal and its votes."""


@pytest.fixture(scope="module")
def network(make_network):
    """Four validators; the software of the last one knows the present rules alone."""
    network = make_network()
    for node in network.nodes[:3]:
        node.program = KNOWS_BOTH
    return network.start()


@pytest.fixture(scope="module")
def laggard(network):
    return network.nodes[-1]


def plan_upgrade(network, from_height):
    """Propose and vote as administrators do."""
    folder, action = network.folder.path, {"type": "upgrade", "version": 2, "from_height": from_height}
    proposed = run("propose", folder, "-", "--as", "east", stdin=json.dumps(action))
    assert proposed.exit_code == 0, proposed.output
    number = proposed.stdout.split()[1]
    told = [run("vote", folder, number, "--as", name) for name in ("east", "hills", "south")]
    assert told[-1].stdout == f"proposal {number} is executed\n", told[-1].output


def app_version(node, height):
    header = node.ask("commit", height=height)["signed_header"]["header"]
    return int(header["version"]["app"])


def not_ready(network):
    """Return the names of those who are not ready for rules 2, as `readiness` tells, and its exit status."""
    shown = run("readiness", network.folder.path, "--json")
    told = json.loads(shown.stdout)
    assert told["rules"] == 2
    return [node["node"] for node in told["nodes"] if not node["ready"]], shown.exit_code


def test_an_upgrade_leaves_behind_who_is_not_ready_until_it_has_the_software(network, laggard):
    others, nodes = network.others(laggard), network.nodes
    member = network.community.member("ann")
    assert not_ready(network) == ([laggard.name], 1)
    begin = network.height() + NOTICE_BLOCKS
    plan_upgrade(network, begin)
    planned = wait_for(lambda: network_readiness(network.folder).planned, "the gateway asked knows of it")
    assert (planned.version, planned.from_height) == (2, begin)
    assert not_ready(network) == ([laggard.name], 1)

    with network.client(*others, identity=member) as client:
        assert client.describe().rules_version == 1
        with pytest.raises(Refused) as early:
            client.submit("notes:write", Note(name="n"))
        assert early.value.code == "UNKNOWN_FUNCTION"
        with Load(network, 1, gateways=others) as load:
            assert laggard.wait_ended(120) == 1
            load.wait_acknowledged(10)
        network.wait_height(begin + 2, others)
        assert laggard.why_stopped.height == begin - 1
        assert "under rules 2, this software knows 1" in laggard.why_stopped.reason
        written = client.submit("notes:write", Note(name="n", text="new"), Note)
        assert written.height >= begin
        assert client.evaluate("notes:read", Name(name="n"), Note).text == "new"
        described = client.describe()
        assert (described.rules_version, described.known_rules) == (2, (1, 2))
        assert "notes" in {each["contract"] for each in described.contracts}
    assert [app_version(others[0], height) for height in (begin - 1, begin, begin + 1)] == [1, 2, 2]

    stopped = laggard.why_stopped.reason
    laggard.spawn()
    assert laggard.wait_ended() != 0
    assert laggard.why_stopped.reason in stopped, "the same word is left when it is started in vain"
    shown = run("readiness", network.folder.path)
    assert shown.exit_code == 1
    assert f"{laggard.name} stopped by itself" in shown.stdout

    laggard.program = KNOWS_BOTH
    laggard.start()
    network.wait_blocks(2)
    assert not_ready(network) == ([], 0)
    network.wait_status(lambda found: all(node.agrees for node in found.nodes), "all have one state")
    with network.client(laggard, identity=member) as client:
        wait_for(lambda: client.describe().rules_version == 2, "it is under the new rules")
        assert client.evaluate("notes:read", Name(name="n"), Note).text == "new"

    for node in nodes:
        node.stop()
    for node in (laggard, others[0]):
        assert audit_node(node.folder, rules=UPGRADED).height > begin
    with pytest.raises(WrongRules):
        audit_node(laggard.folder, rules=RULES)
    for wrong, height in (({1: RULES[1], 2: RULES[1]}, begin), ({1: UPGRADED[2], 2: UPGRADED[2]}, 1)):
        with pytest.raises(LedgerRejected) as difference:
            audit_node(laggard.folder, rules=wrong)
        assert height <= difference.value.height <= height + 1
