import msgspec
import pytest

from tests.network.consortium.conftest import until
from wattloom.chaincode.governance.actions import Action, AddValidator, SetObservers
from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.cometbft.rpc import RpcClient
from wattloom.network.consortium import processes
from wattloom.network.consortium.add_node import action_text, add_observer, find_state_sync
from wattloom.network.consortium.checks import require_ready
from wattloom.network.consortium.errors import FolderError, SpecError
from wattloom.network.consortium.node_key import NodeKey
from wattloom.network.consortium.spec import NodeKind


def test_a_new_observer_is_complete_and_stands_apart_from_the_others(make, engine_program):
    network = make()
    node = add_observer(network, "b").node
    settings = node.settings()
    assert (settings.node, settings.organisation, settings.kind) == ("b-observer-1", "b", NodeKind.OBSERVER)
    assert node.genesis() == network.genesis()
    assert TlsIdentity.load(node.tls_path).ca_pem == TlsAuthority.load(network.tls_path).ca_pem
    require_ready(network.nodes())
    assert len(network.nodes()) == 5


def test_its_peers_are_more_validators_than_may_fail_and_an_archive(make):
    network = make("organisations: [{name: a, validators: 4}, {name: b, archive: false}]")
    ids = {NodeKey.load(node.node_key_path).node_id: node.name for node in network.nodes()}
    peers = [ids[peer.partition("@")[0]] for peer in add_observer(network, "b").node.settings().peers]
    assert "a-1" in peers
    assert len(set(peers)) == len(peers) >= 2


def test_names_and_ports_are_the_next_free_ones(make):
    network = make()
    first, second = (add_observer(network, "b").node.settings() for _ in range(2))
    assert (first.node, second.node) == ("b-observer-1", "b-observer-2")
    every = [port for node in network.nodes() for port in msgspec.structs.astuple(node.settings().ports)]
    assert len(set(every)) == len(every)


def test_the_proposals_name_its_node_id_and_its_key(make):
    added = add_observer(make(), "b")
    node_id = NodeKey.load(added.node.node_key_path).node_id
    observing = msgspec.json.decode(action_text(added.to_observe), type=Action)
    validating = msgspec.json.decode(action_text(added.to_validate), type=Action)
    assert isinstance(observing, SetObservers)
    assert observing.add == [node_id]
    assert isinstance(validating, AddValidator)
    assert validating.node_id == node_id
    assert validating.public_key == ValidatorKey.load(added.node.validator_key_path).public_key


def test_an_organisation_that_is_new_may_run_a_node(make):
    settings = add_observer(make(), "guest", host="guest.example", name="watch").node.settings()
    assert (settings.node, settings.organisation, settings.host) == ("watch", "guest", "guest.example")


def test_what_cannot_be_made_is_refused_and_leaves_nothing(make):
    network = make()
    taken = network.node("a-1").settings().ports.gateway
    before = sorted(network.path.rglob("*"))
    for problem, error, words in (
        ({"name": "a-1"}, FolderError, "another name"),
        ({"first_port": taken}, SpecError, "a port of a-1"),
        ({"first_port": 65_535}, SpecError, "leaves no room"),
        ({"name": "../x"}, SpecError, "name"),
        ({"host": "a b"}, SpecError, "host"),
    ):
        with pytest.raises(error, match=words):
            add_observer(network, "a", **problem)
    assert sorted(network.path.rglob("*")) == before


def test_where_others_have_a_snapshot_a_new_node_takes_the_state_from_it(running):
    assert find_state_sync(running) is None
    until(running, lambda found: found.nodes[0].height > 2)
    shelf = running.node("a-1").snapshots_path / "2"
    shelf.mkdir(parents=True)
    try:
        sync = find_state_sync(running)
    finally:
        shelf.rmdir()
    assert set(sync.rpc_servers) == {node.settings().rpc_url for node in running.nodes()}
    with RpcClient(sync.rpc_servers[0]) as rpc:
        block_id = rpc.call("commit", height=sync.trust_height)["signed_header"]["commit"]["block_id"]
    assert sync.trust_hash == block_id["hash"]


def test_a_new_observer_follows_the_chain(running):
    until(running, lambda found: found.nodes[0].height > 2)
    node = add_observer(running, "c").node
    try:
        processes.start([node])
        found = until(running, lambda found: found.nodes[3].state == "running" and found.nodes[3].agrees)
        assert (found.nodes[3].node, found.nodes[3].signs) == ("c-observer-1", False)
    finally:
        processes.stop([node])
        node.path.rename(running.path / "gone")
