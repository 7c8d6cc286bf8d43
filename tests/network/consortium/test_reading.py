from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.governance.records import Admission
from wattloom.network.consortium.errors import SpecError
from wattloom.network.consortium.reading import load_spec, parse_spec
from wattloom.network.consortium.spec import NodeKind, Ports


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_an_empty_file_asks_for_four_organisations_with_a_validator_each(text):
    nodes = parse_spec(text).nodes()
    assert len({node.organisation for node in nodes}) == 4
    assert all(node.kind is NodeKind.VALIDATOR and node.archive for node in nodes)
    assert nodes == load_spec(None).nodes()


def test_a_list_of_names_is_enough():
    spec = parse_spec("organisations: [a, b, c, d]")
    assert [node.name for node in spec.nodes()] == ["a-1", "b-1", "c-1", "d-1"]
    assert spec.warnings() == []


DETAILED = """
chain_id: harbour
organisations:
  - {name: a, validators: 2, observers: 1, host: a.example}
  - {name: b, archive: false, host: b.example}
base_port: 9000
ports:
  b-1: {gateway: 7000}
rpc_host: 127.0.0.1
parameters: {heartbeat_s: 5, block_max_bytes: 2097152, snapshot_every_blocks: 0, keep_blocks: 5000}
observers: listed
accounts:
  - {party_id: a.alice, free_nano: 7}
"""


def test_everything_can_be_said(tmp_path):
    (tmp_path / "network.yaml").write_text(DETAILED)
    spec = load_spec(tmp_path / "network.yaml")
    nodes = {node.name: node for node in spec.nodes()}
    assert list(nodes) == ["a-1", "a-2", "a-observer-1", "b-1"]
    assert [name for name, node in nodes.items() if node.archive] == ["a-observer-1"]
    assert nodes["a-2"].ports == Ports.from_base(9010)
    assert nodes["b-1"].ports.gateway == 7000
    assert nodes["b-1"].ports.peer == 9031
    assert nodes["b-1"].host == "b.example"
    assert spec.observers is Admission.LISTED
    assert not spec.on_one_machine
    assert spec.parameters.keep_blocks == 5000
    assert spec.accounts[0].free_nano == 7


@pytest.mark.parametrize("validators", [1, 3])
def test_fewer_than_four_validators_are_allowed_and_warned_of(validators):
    spec = parse_spec(f"organisations: [{{name: a, validators: {validators}}}]")
    (warning,) = spec.warnings()
    assert warning.startswith(f"organisations: {validators} validator")
    assert "at least 4" in warning


@pytest.mark.parametrize(
    ("text", "field", "word"),
    [
        ("organisation: [a]", "organisation", "organisations"),
        ("organisations: [{name: a, port: 1}]", "organisations[0].port", "validators"),
        ("parameters: {heartbeat: 1}", "parameters.heartbeat", "heartbeat_s"),
        ("ports: {north-1: {grpc: 1}}", "ports[...].grpc", "gateway"),
        ("accounts: [{party_id: a.b, money: 1}]", "accounts[0].money", "free_nano"),
        ("organisations: [a, a]", "organisations[1].name", "twice"),
        ("organisations: [A]", "organisations[0].name", "a-z"),
        ("organisations: ['']", "organisations[0].name", "a-z"),
        ("organisations: []", "organisations", "at least one"),
        ("organisations: [{name: a, validators: 0}]", "organisations", "at least one"),
        ("organisations: [{name: a, observers: 1}, a-observer]", "organisations", "rename"),
        ("organisations: [{name: a, validators: 60}, {name: b, validators: 60}]", "organisations", "100"),
        ("organisations: [{name: a, validators: -1}]", "organisations[0].validators", ">= 0"),
        ("organisations: [{name: a, validators: two}]", "organisations[0].validators", "whole number"),
        ("organisations: [{name: a, host: 'x y'}]", "organisations[0].host", "DNS name"),
        ("organisations: [{name: a, host: x.example}, b]", "organisations", "127.0.0.1"),
        ("organisations: [1]", "organisations[0]", "a name or a mapping"),
        ("organisations: a", "organisations", "a list"),
        (f"organisations: [{'a' * 63}]", "organisations", "shorten"),
        ("chain_id: ''", "chain_id", "letters"),
        (f"chain_id: {'c' * 51}", "chain_id", "50"),
        ("base_port: 65530", "base_port", "65535"),
        ("base_port: 0", "base_port", ">= 1"),
        (
            "ports: {north-1: {gateway: 7501}}",
            "ports.north-1.peer",
            "7501 is the port of ports.north-1.gateway",
        ),
        ("ports: {east-1: {rpc: 7500}}", "ports.east-1.rpc", "north-1.gateway"),
        ("ports: {west-2: {rpc: 1}}", "ports.west-2", "north-1, east-1"),
        ("rpc_host: 'http://x'", "rpc_host", "DNS name"),
        ("parameters: {heartbeat_s: 0}", "parameters.heartbeat_s", ">= 1"),
        ("parameters: {heartbeat_s: 0.5}", "parameters.heartbeat_s", "whole number"),
        ("parameters: {block_max_bytes: 10}", "parameters.block_max_bytes", ">= 1048576"),
        ("parameters: {keep_blocks: 10}", "parameters.keep_blocks", ">= 1000"),
        ("parameters: 3", "parameters", "a mapping"),
        ("observers: some", "observers", "some"),
        ("accounts: [{party_id: nobody}]", "accounts[0].party_id", "a text"),
        ("accounts: [{party_id: a.b, free_nano: -1}]", "accounts[0].free_nano", ">= 0"),
        ("chain_id: a\nchain_id: b", "chain_id", "line 2"),
        ("organisations: [a", "the file", "no YAML"),
        ("- a", "the file", "a mapping"),
        ("1: 2", "the file", "a text"),
        ("a: !!python/object:os.system {}", "the file", "no YAML"),
        ("? [a, b]\n: 1", "the file", "no YAML"),
    ],
)
def test_a_mistake_is_told_with_its_field_and_the_remedy(text, field, word):
    with pytest.raises(SpecError) as refusal:
        parse_spec(text)
    assert refusal.value.field == field
    assert word in refusal.value.what


def test_a_missing_file_and_one_that_is_no_text_are_told(tmp_path):
    with pytest.raises(SpecError, match="No such file"):
        load_spec(tmp_path / "nowhere.yaml")
    (tmp_path / "picture").write_bytes(b"\x89PNG\r\n\x00\xff")
    with pytest.raises(SpecError, match="no YAML"):
        load_spec(tmp_path / "picture")


@given(st.text(max_size=40))
def test_whatever_stands_in_the_file_it_is_read_or_refused(text):
    with suppress(SpecError):
        assert parse_spec(text).nodes()
