"""`wattloom ledger verify`: one command for whatever an auditor has."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from wattloom.network.commands import app
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.solo.create import create_ledger

runner = CliRunner()


def verify(*arguments):
    return runner.invoke(app, ["verify", *map(str, arguments)])


def clean(*arguments):
    """Return the facts that the command prints of a clean ledger, and its notes."""
    result = verify(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), result.stderr


def test_a_running_network_is_verified_by_its_folder(day):
    facts, notes = clean(day.network.path, "--genesis-hash", day.ledger.genesis.hash.hex())
    assert facts["clean"]
    assert facts["chain_id"] == day.ledger.chain_id
    assert facts["height"] >= day.changed_height
    assert "not compared" in notes
    assert "the node's own state" in notes


def test_a_node_of_a_network_is_chosen_by_its_name(day):
    facts, _ = clean(day.network.path, "--node", "south-1")
    assert facts["height"] >= day.changed_height


def test_a_node_that_runs_is_verified_by_its_rpc(day):
    facts, notes = clean(day.rpc())
    assert facts["height"] >= day.changed_height
    assert "genesis was taken on trust" in notes


def test_a_copy_of_a_node_is_verified_offline_with_its_state(day, stopped):
    facts, notes = clean(stopped.path, "--genesis-hash", day.ledger.genesis.hash.hex())
    assert facts["height"] >= day.changed_height
    assert notes == ""


def test_a_copy_of_a_network_is_verified_offline(day, stopped, tmp_path):
    copy = NetworkFolder(tmp_path / "network")
    shutil.copytree(stopped.path, copy.nodes_path / "north-1")
    shutil.copyfile(day.network.genesis_path, copy.genesis_path)
    facts, _ = clean(copy.path)
    assert facts["height"] >= day.changed_height


def test_a_network_whose_node_has_another_genesis_is_rejected(day, stopped, tmp_path):
    copy = NetworkFolder(tmp_path / "network")
    shutil.copytree(stopped.path, copy.nodes_path / "north-1")
    tree = json.loads(day.network.genesis_path.read_bytes())
    tree["chain_id"] = "another"
    copy.genesis_path.write_text(json.dumps(tree))
    result = verify(copy.path)
    assert result.exit_code == 1
    assert "not the trusted one" in result.stdout


def test_a_difference_is_told_with_its_height_and_exit_1(day):
    result = verify(day.rpc(), "--genesis-hash", "00" * 32, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["height"] == 0


def test_a_solo_ledger_is_verified_as_before(tmp_path, day):
    folder = create_ledger(
        tmp_path / "ledger", chain_id="solo", organisations=list(day.ledger.organisations.values())
    )
    result = verify(folder.path)
    assert result.exit_code == 2
    assert "wattloom ledger serve" in result.stderr


@pytest.mark.parametrize(
    ("target", "remedy"),
    [
        ("tcp://127.0.0.1:1", "did not answer"),
        ("gopher://somewhere", "no RPC address such as unix:///run/rpc.sock"),
        ("unix:///nowhere/rpc.sock", "did not answer"),
        ("/nowhere", "make one with `wattloom ledger init`"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence_and_exit_2(target, remedy):
    result = verify(target)
    assert result.exit_code == 2
    assert remedy in result.stderr.replace("\n", " ")


def test_an_unknown_node_is_told_with_those_that_there_are(day):
    result = verify(day.network.path, "--node", "north-7")
    assert result.exit_code == 2
    assert "the nodes are east-1, north-1, south-1, west-1" in result.stderr.replace("\n", " ")


def test_a_network_folder_without_nodes_is_told(tmp_path, day):
    copy = NetworkFolder(tmp_path / "network")
    copy.nodes_path.mkdir(parents=True)
    shutil.copyfile(day.network.genesis_path, copy.genesis_path)
    result = verify(copy.path)
    assert result.exit_code == 2
    assert "no archive node" in result.stderr
