import socket
import time

import pytest
from msgspec.structs import replace

from wattloom.identity.tls import TlsAuthority
from wattloom.network.consortium.checks import require_ready
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.errors import NotReady
from wattloom.network.consortium.reading import load_spec
from wattloom.network.engine_binary import CHOICE
from wattloom.network.origin import mark_origin
from wattloom.network.state import Store

DAY_S = 86_400

pytestmark = pytest.mark.usefixtures("engine_program")


def refused(network, *words):
    """Check that a network is not started, and that the sentence says why."""
    with pytest.raises(NotReady) as refusal:
        require_ready(network.nodes())
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def issue(network, node, *, begins_s):
    for path in node.tls_path.iterdir():
        path.unlink()
    TlsAuthority.load(network.tls_path).issue_server(not_before_s=begins_s, days=1).save(node.tls_path)


def test_a_new_network_is_ready(make):
    require_ready(make().nodes())


def test_a_port_that_another_program_listens_on_is_told(make):
    network = make()
    port = network.node("c-1").settings().ports.peer
    with socket.create_server(("127.0.0.1", port)):
        refused(network, "c-1: ports.peer", str(port), "in use")


def test_a_host_that_is_not_this_machine_s_is_told(make):
    network = make()
    node = network.node("b-1")
    node.write_settings(replace(node.settings(), listen_host="192.0.2.1"))
    refused(network, "b-1: ports.gateway", "192.0.2.1", "node.json")


def test_two_nodes_on_one_port_are_told(make):
    network = make()
    a, b = network.node("a-1"), network.node("b-1")
    ports = replace(b.settings().ports, rpc=a.settings().ports.gateway)
    b.write_settings(replace(b.settings(), ports=ports))
    refused(network, "b-1: ports.rpc", "a-1: ports.gateway")


def test_an_engine_of_another_version_is_told(make, tmp_path, monkeypatch):
    program = tmp_path / "cometbft"
    program.write_text("#!/bin/sh\necho 0.37.0\n")
    program.chmod(0o755)
    monkeypatch.setenv(CHOICE, str(program))
    refused(make(), "0.37.0", "0.39.4")


def test_a_missing_certificate_is_told(make):
    network = make()
    (network.node("a-1").tls_path / "tls.pem").unlink()
    refused(network, "a-1", "tls.pem", "cannot be read")


def test_a_certificate_that_has_expired_or_does_not_hold_yet_is_told(make):
    network, now_s = make(), int(time.time())
    for begins_s in (now_s - 2 * DAY_S, now_s + DAY_S):
        issue(network, network.node("a-1"), begins_s=begins_s)
        refused(network, "a-1: tls:", "tls.pem", "valid from", "issue another one")


def test_a_key_that_others_can_read_is_told_with_the_remedy(make):
    for name in ("config/node_key.json", "config/priv_validator_key.json", "tls/tls.key"):
        network = make(name=name.replace("/", "-"))
        (network.node("a-1").path / name).chmod(0o644)
        refused(network, "a-1", "chmod 600", name)


def test_a_missing_signing_state_is_told(make):
    network = make()
    network.node("d-1").signing_state_path.unlink()
    refused(network, "d-1", "priv_validator_state.json", "sign twice")


def test_a_signing_state_that_cannot_be_read_is_told(make):
    network = make()
    network.node("d-1").signing_state_path.write_text("{}")
    refused(network, "d-1", "priv_validator_state.json")


def test_a_data_folder_of_another_chain_is_told(make):
    network = make()
    with Store(network.node("b-1").state_path) as store, store.batch() as batch:
        mark_origin(batch, b"\1" * 32)
    refused(network, "b-1", "another chain's state", "0101", "genesis.json")


def test_a_genesis_of_another_chain_is_told(make, tmp_path):
    network = make("chain_id: ours")
    other = create_network(load_spec(None), tmp_path / "other")
    node = network.nodes()[0]
    node.genesis_path.write_bytes(other.genesis_path.read_bytes())
    refused(network, node.name, "chain_id", "ours", "wattloom")
