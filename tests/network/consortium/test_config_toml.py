import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wattloom.network.consortium.config_toml import config_toml, quoted, write_config
from wattloom.network.consortium.layout import NodeFolder, StateSync
from wattloom.network.consortium.node_key import NodeKey


def read(settings, folder):
    return tomllib.loads(config_toml(settings, folder))


@pytest.fixture
def node(made):
    return made.nodes()[0]


def test_a_block_is_made_as_soon_as_there_is_a_transaction_and_an_idle_chain_keeps_a_heartbeat(node):
    consensus = read(node.settings(), node)["consensus"]
    assert consensus["create_empty_blocks"] is False
    assert consensus["create_empty_blocks_interval"] == "1s"
    assert consensus["timeout_commit"] == "24ms"  # time for whoever sends back to back


def test_the_mempool_is_the_one_that_wakes_consensus(node):
    assert read(node.settings(), node)["mempool"]["type"] == "flood"


def test_application_and_rpc_are_reached_by_the_node_s_own_sockets(node):
    config = read(node.settings(), node)
    assert config["proxy_app"] == f"unix://{node.app_socket}"
    assert config["rpc"]["laddr"] == f"tcp://127.0.0.1:{node.settings().ports.rpc},unix://{node.rpc_socket}"


def test_peers_are_named_kept_and_never_found_by_gossip(node, made):
    peers = read(node.settings(), node)["p2p"]
    ids = {NodeKey.load(other.node_key_path).node_id for other in made.nodes() if other.name != node.name}
    assert set(peers["unconditional_peer_ids"].split(",")) == ids
    assert len(peers["persistent_peers"].split(",")) == len(ids)
    assert peers["pex"] is False


def test_archives_keep_results_and_an_index_and_others_do_not(node):
    for archive, indexer in ((True, "kv"), (False, "null")):
        config = read(replace(node.settings(), archive=archive), node)
        assert config["tx_index"]["indexer"] == indexer
        assert config["storage"]["discard_abci_responses"] is not archive


def test_nothing_but_peers_and_gateway_is_served_beyond_this_machine(node):
    config = read(replace(node.settings(), listen_host="0.0.0.0", host="a.example"), node)
    assert config["rpc"]["laddr"].startswith("tcp://127.0.0.1:")
    assert config["instrumentation"]["prometheus_listen_addr"].startswith("127.0.0.1:")
    assert config["p2p"]["laddr"].startswith("tcp://0.0.0.0:")
    assert config["p2p"]["external_address"] == f"a.example:{node.settings().ports.peer}"


def test_a_node_that_takes_its_state_from_others_trusts_the_header_that_it_was_given(node):
    assert read(node.settings(), node)["statesync"] == {"enable": False}
    sync = StateSync(
        rpc_servers=("http://127.0.0.1:1", "http://127.0.0.1:2"), trust_height=9, trust_hash="AB"
    )
    found = read(replace(node.settings(), state_sync=sync), node)["statesync"]
    assert found["enable"] is True
    assert found["rpc_servers"] == "http://127.0.0.1:1,http://127.0.0.1:2"
    assert (found["trust_height"], found["trust_hash"]) == (9, "AB")


def test_a_folder_that_was_moved_gets_a_configuration_for_its_new_place(make):
    network = make()
    node = network.nodes()[0]
    moved = NodeFolder(node.path.rename(network.path / "moved"))
    write_config(moved)
    assert str(moved.app_socket) in moved.config_path.read_text()
    assert str(node.app_socket) not in moved.config_path.read_text()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_text_holds_toml_reads_it_back(text):
    assert tomllib.loads(f"it = {quoted(text)}") == {"it": text}


def test_validators_that_share_a_machine_leave_each_other_more_time(node):
    settings = replace(node.settings(), sharing=10)
    assert read(settings, node)["consensus"]["timeout_commit"] == "60ms"
