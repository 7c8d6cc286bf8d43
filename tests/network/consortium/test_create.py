import hashlib
import json
import stat

import pytest
import yaml

from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.overlay import MemoryReader, Overlay
from wattloom.chaincode.genesis import GenesisAccount, GenesisState, write_genesis
from wattloom.chaincode.governance.consensus import active_validators, observer_admitted
from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity
from wattloom.identity.parsing import parse
from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.identity.verify import verify_client
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.consortium import create
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.consortium.node_key import NodeKey
from wattloom.network.consortium.reading import load_spec, parse_spec
from wattloom.network.consortium.spec import NodeKind


def state_of(network):
    return decode(network.genesis().app_state, GenesisState)


def written(network):
    """Return the state that a network's genesis makes."""
    overlay = Overlay(MemoryReader())
    write_genesis(overlay, state_of(network))
    return overlay


def test_every_node_starts_from_the_one_genesis_which_seats_its_key(made):
    genesis = made.genesis()
    keys = {node.name: ValidatorKey.load(node.validator_key_path).public_key for node in made.nodes()}
    assert all(node.genesis() == genesis for node in made.nodes())
    assert {each.name: each.public_key for each in genesis.validators} == keys
    assert active_validators(written(made)) == {each.public_key: each.power for each in genesis.validators}


def test_seats_name_organisation_and_node_id(made):
    for seat in state_of(made).validators:
        node = made.node(seat.node)
        assert seat.organisation == node.settings().organisation
        assert seat.node_id == NodeKey.load(node.node_key_path).node_id


def test_each_organisation_has_a_ca_that_the_genesis_trusts_and_an_administrator(made):
    for organisation in state_of(made).organisations:
        name = organisation.organisation
        assert Authority.load(made.organisation_path(name)).certificate == organisation.ca_certificate
        admin = ClientIdentity.load(made.admin_path(name))
        begins_s = parse(admin.certificate).not_before_s
        assert (
            verify_client(admin.chain, organisation.ca_certificate, at_s=begins_s).role == "consortium-admin"
        )


def test_each_node_serves_with_a_certificate_of_the_network_for_its_host(tmp_path):
    text = "organisations: [{name: a, host: a.example}, {name: b, host: 192.0.2.7}]"
    network = create_network(parse_spec(text), tmp_path / "network")
    ca_pem = TlsAuthority.load(network.tls_path).ca_pem
    for node in network.nodes():
        tls = TlsIdentity.load(node.tls_path)
        assert tls.ca_pem == (node.tls_path / "tls-ca.pem").read_bytes() == ca_pem
    assert b"a.example" in TlsIdentity.load(network.node("a-1").tls_path).certificate


def test_nodes_know_their_peers_by_id_host_and_port(made):
    for node in made.nodes():
        others = [other for other in made.nodes() if other.name != node.name]
        assert sorted(node.settings().peers) == sorted(
            f"{NodeKey.load(other.node_key_path).node_id}@127.0.0.1:{other.settings().ports.peer}"
            for other in others
        )


def test_observers_have_keys_and_no_seat(tmp_path):
    network = create_network(parse_spec("organisations: [{name: a, observers: 1}]"), tmp_path / "network")
    observer = network.node("a-observer-1")
    assert observer.settings().kind is NodeKind.OBSERVER
    key = ValidatorKey.load(observer.validator_key_path).public_key
    assert key not in [seat.public_key for seat in state_of(network).validators]


def test_listed_observers_are_in_force_from_the_first_block(tmp_path):
    stranger = "0" * 40
    network = create_network(parse_spec("observers: listed"), tmp_path / "listed")
    assert not observer_admitted(written(network), stranger)
    seated = NodeKey.load(network.nodes()[0].node_key_path).node_id
    assert observer_admitted(written(network), seated)


def test_accounts_are_open_from_the_start(tmp_path):
    text = "accounts: [{party_id: b.bob}, {party_id: a.alice, free_nano: 7}]"
    network = create_network(parse_spec(text), tmp_path / "network")
    assert state_of(network).accounts == [
        GenesisAccount(party_id="a.alice", free_nano=7),
        GenesisAccount(party_id="b.bob"),
    ]


def test_what_is_secret_is_its_owner_s_alone(made):
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in made.path.rglob("*") if path.is_dir())
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
    for path in made.path.rglob("*"):
        if path.is_file() and path.suffix != ".pem":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_nothing_was_signed_yet(made):
    for node in made.nodes():
        assert json.loads(node.signing_state_path.read_bytes()) == {"height": "0", "round": 0, "step": 0}


def test_the_network_s_file_says_all_and_can_be_read_again(made):
    again = load_spec(made.spec_path)
    assert {node.name: node.settings().ports for node in made.nodes()} == {
        node.name: node.ports for node in again.nodes()
    }
    assert yaml.safe_load(made.spec_path.read_text())["organisations"][0]["validators"] == 1


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path):
    (tmp_path / "network").mkdir()
    (tmp_path / "network" / "mine").write_text("x")
    with pytest.raises(FolderError, match="new folder"):
        create_network(load_spec(None), tmp_path / "network")
    assert [path.name for path in tmp_path.rglob("*")] == ["network", "mine"]


def test_an_empty_folder_is_taken_and_a_file_is_not(tmp_path):
    (tmp_path / "empty").mkdir()
    assert create_network(load_spec(None), tmp_path / "empty").nodes()
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError):
        create_network(load_spec(None), tmp_path / "file")


def test_a_network_whose_making_is_interrupted_leaves_nothing(tmp_path, monkeypatch):
    nodes = []

    def third_fails(path, *arguments, **options):
        nodes.append(path)
        if len(nodes) == 3:
            raise KeyboardInterrupt
        return create_one(path, *arguments, **options)

    create_one = create.write_node
    monkeypatch.setattr(create, "write_node", third_fails)
    with pytest.raises(KeyboardInterrupt):
        create_network(load_spec(None), tmp_path / "network")
    assert list(tmp_path.iterdir()) == []


def test_two_networks_share_no_key_and_no_genesis(tmp_path, made):
    other = create_network(load_spec(None), tmp_path / "network")
    secrets = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for network in (made, other)
        for pattern in ("*key.json", "*.key")
        for path in network.path.rglob(pattern)
    ]
    assert len(set(secrets)) == len(secrets)
    assert other.genesis().hash != made.genesis().hash


def test_a_folder_that_is_no_network_says_how_to_make_one(tmp_path):
    with pytest.raises(FolderError, match="wattloom network init"):
        NetworkFolder.open(tmp_path)


def test_a_node_that_is_not_there_is_told_with_those_that_are(made):
    with pytest.raises(FolderError, match="a-1, b-1, c-1, d-1"):
        made.node("e-1")
