import json
import socket

import pytest
from msgspec.structs import replace

from tests.network.community import Community
from tests.network.community import running as served
from tests.network.consortium.conftest import FOUR
from tests.network.consortium.shell import assert_mistake, run
from wattloom.cli import PLACES
from wattloom.network.consortium.commands import app
from wattloom.network.consortium.layout import NetworkFolder


def test_the_command_line_has_a_network():
    assert PLACES["network"] == "wattloom.network.consortium.commands:app"


@pytest.mark.parametrize("command", [each.name or each.callback.__name__ for each in app.registered_commands])
def test_every_command_explains_itself(command):
    assert run(command, "--help").exit_code == 0


def test_a_network_is_made_and_people_and_programs_hear_its_genesis_hash(tmp_path):
    shown = run("init", tmp_path / "network")
    assert shown.exit_code == 0, shown.output
    genesis_hash = NetworkFolder.open(tmp_path / "network").genesis().hash.hex()
    assert genesis_hash in shown.stdout
    told = json.loads(run("init", tmp_path / "other", "--json").stdout)
    assert len(told["nodes"]) == 4
    assert told["chain_id"] == "wattloom"


def test_fewer_than_four_validators_are_warned_of(tmp_path):
    (tmp_path / "yaml").write_text("organisations: [a]")
    shown = run("init", tmp_path / "network", "--spec", tmp_path / "yaml")
    assert shown.exit_code == 0
    assert "warning" in shown.stderr
    assert "1 validator" in shown.stderr


def test_a_mistake_in_the_file_is_told_with_its_field_and_nothing_is_made(tmp_path):
    (tmp_path / "yaml").write_text("organisatons: [a]")
    assert_mistake(
        run("init", tmp_path / "network", "--spec", tmp_path / "yaml"), "organisatons", "organisations"
    )
    assert not (tmp_path / "network").exists()


def test_a_folder_that_is_taken_and_one_that_is_no_network_are_told(tmp_path):
    (tmp_path / "mine").write_text("x")
    assert_mistake(run("init", tmp_path), "not empty")
    for command in ("up", "down", "status", "logs"):
        assert_mistake(run(command, tmp_path), "wattloom network init")


def test_a_node_that_is_not_there_is_told(made):
    for command in ("start", "stop", "restart", "logs"):
        assert_mistake(run(command, made.path, "x"), "no node x", "a-1")


def test_nothing_is_started_when_one_port_is_taken(make, engine_program):
    network = make()
    port = network.node("d-1").settings().ports.gateway
    with socket.create_server(("127.0.0.1", port)):
        assert_mistake(run("up", network.path), "d-1: ports.gateway", str(port))
    assert not any(node.pid_path.exists() for node in network.nodes())


def test_a_node_that_is_run_by_itself_tells_the_same_mistakes(make):
    node = make().nodes()[0]
    node.write_settings(replace(node.settings(), chain_id="other"))
    assert_mistake(run("node", node.path), "chain_id", "other")


def test_status_tells_people_and_programs_the_same(running):
    told = json.loads(run("status", running.path, "--json").stdout)
    text = run("status", running.path).stdout
    for node in told["nodes"]:
        assert node["node"] in text
        assert node["state"] == "running"


def test_logs_are_shown_by_node_and_by_engine(running):
    assert run("logs", running.path, "--lines", 100_000).stdout.count("gateway started") >= 4
    assert "gateway started" in run("logs", running.path, "a-1", "--lines", 100_000).stdout
    assert "_msg" in run("logs", running.path, "a-1", "--engine", "--lines", 3).stdout


def test_starting_what_runs_already_is_nothing(running):
    shown = run("up", running.path)
    assert shown.exit_code == 0
    assert "runs already" in shown.stderr


def test_one_node_is_stopped_started_and_all_go_down(make, engine_program):
    network = make("{organisations: [a], parameters: {heartbeat_s: 1}}")
    try:
        assert run("up", network.path).exit_code == 0
        assert "a-1 is ready" in run("restart", network.path, "a-1").stderr
    finally:
        shown = run("down", network.path)
    assert "a-1 is stopped" in shown.stderr


def test_a_backup_is_made_and_restored(make, tmp_path):
    network = make()
    assert run("backup", network.path, "a-1", "--out", tmp_path / "it", "--with-keys").exit_code == 0
    shown = run("restore", network.path, tmp_path / "it")
    assert shown.exit_code == 0, shown.output
    assert "replaced" in shown.stdout
    network.node("a-1").signing_state_path.write_text('{"height": "5", "round": 0, "step": 3}')
    assert_mistake(run("restore", network.path, tmp_path / "it"), "height 5", "height 0")


def test_an_observer_is_made_with_its_proposals(make):
    network = make(FOUR)
    shown = run("add-observer", network.path, "--organisation", "a")
    assert shown.exit_code == 0, shown.output
    assert "a-observer-1" in shown.stdout
    assert '"type":"set_observers"' in shown.stdout
    assert '"type":"add_validator"' in shown.stdout


def test_definitions_are_exported(made, tmp_path):
    shown = run("export", made.path, tmp_path / "out")
    assert str(tmp_path / "out" / "compose.yaml") in shown.stdout


def test_a_solo_ledger_becomes_a_network(tmp_path):
    community = Community()
    folder = community.create_ledger(tmp_path / "ledger", accounts=("ann",))
    with served(folder):
        pass
    shown = run("from-solo", folder.path, tmp_path / "network")
    assert shown.exit_code == 0, shown.output
    assert NetworkFolder.open(tmp_path / "network").genesis().hash.hex() in shown.stdout
    assert_mistake(run("from-solo", tmp_path, tmp_path / "again"), "holds no ledger")
