"""Every mistake of an operator ends in one clear sentence and exit code 2, never in a traceback."""

import json
import shutil
import socket
import threading

import pytest
import structlog
from typer.testing import CliRunner

from wattloom.cli import app
from wattloom.network.solo import LedgerFolder, SoloEngine

pytestmark = pytest.mark.timeout(30)  # a mistake that is not found would serve for ever


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `wattloom` in a folder that has an organisation and a ledger; return exit code and output."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        done = CliRunner().invoke(app, arguments)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, " ".join(done.output.split())

    run("identity", "create-organisation", "river", "--name", "river")
    run("ledger", "init", "ledger", "--organisation", "river")
    yield run
    structlog.reset_defaults()  # `serve` has sent the log to a stream that ends with the test


MISTAKES = {
    "no such ledger": (["ledger", "serve", "nowhere"], "holds no ledger"),
    "status of a ledger that never ran": (["ledger", "status", "ledger"], "holds no blocks"),
    "blocks of a ledger that never ran": (["ledger", "blocks", "ledger"], "holds no blocks"),
    "verify of a ledger that never ran": (["ledger", "verify", "ledger"], "holds no blocks"),
    "height below one": (["ledger", "blocks", "ledger", "--to", "-5"], "--to"),
    "height beyond all": (["ledger", "blocks", "ledger", "--from", "9" * 20], "--from"),
    "no organisation": (["ledger", "init", "new"], "no organisation is given"),
    "no such organisation": (["ledger", "init", "new", "--organisation", "sea"], "sea/ca.pem"),
    "organisation twice": (
        ["ledger", "init", "new", "--organisation", "river", "--organisation", "river"],
        "given 2 times",
    ),
    "folder taken": (["ledger", "init", "ledger", "--organisation", "river"], "not empty"),
    "genesis hash that is none": (["ledger", "verify", "ledger", "--genesis-hash", "zz"], "64 hexadecimal"),
    "address without port": (["ledger", "serve", "ledger", "--address", "here"], "write host:port"),
    "port that is none": (["ledger", "serve", "ledger", "--address", "127.0.0.1:99999"], "write host:port"),
    "another machine's address": (
        ["ledger", "serve", "ledger", "--address", "192.0.2.1:7"],
        "not this machine",
    ),
    "metrics port that is none": (["ledger", "serve", "ledger", "--metrics-port", "99999"], "--metrics-port"),
    "name outside its letters": (
        ["identity", "create-organisation", "new", "--name", "Big River"],
        "must be 1 to 64 of a-z",
    ),
    "key that exists": (["identity", "create-organisation", "river", "--name", "river"], "exists already"),
    "no role": (["identity", "issue-client", "river", "--name", "ann", "--role", "", "--out", "x"], "role"),
    "no such certificate": (["identity", "show", "nowhere.pem"], "cannot be read"),
    "no such contract": (["lint-chaincode", "nowhere.py"], "no such file"),
    "too few homes": (["demo", "--homes", "1"], "--homes"),
    "no such data": (["demo", "--data", "nowhere"], "is not a folder"),
    "report where none can be": (["demo", "--report", "river/ca.pem/report.html"], "ca.pem"),
    "unknown command": (["ledger", "frobnicate"], "No such command"),
}


@pytest.mark.parametrize(("arguments", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_a_sentence(run, arguments, sentence):
    code, output = run(*arguments)
    assert (code, sentence in output) == (2, True), output


def test_a_ledger_that_cannot_be_made_leaves_nothing_behind(run, tmp_path):
    run("ledger", "init", "new", "--organisation", "river", "--organisation", "river")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("key", ["validator_key.json", "tls/tls.key"])
def test_a_key_that_others_can_read_is_refused_with_the_remedy(run, tmp_path, key):
    (tmp_path / "ledger" / key).chmod(0o644)
    code, output = run("ledger", "serve", "ledger")
    assert (code, "chmod 600" in output) == (2, True), output


def test_another_ledgers_validator_key_is_refused(run, tmp_path):
    run("ledger", "init", "other", "--organisation", "river")
    shutil.copy(tmp_path / "other" / "validator_key.json", tmp_path / "ledger" / "validator_key.json")
    code, output = run("ledger", "serve", "ledger")
    assert (code, "not the key of this ledger's validator" in output) == (2, True), output


def test_a_port_that_is_taken_is_named(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, output = run("ledger", "serve", "ledger", "--address", address)
        assert (code, f"{address}: the port is taken" in output) == (2, True), output
        metrics = ["--address", "127.0.0.1:0", "--metrics-port", address.rpartition(":")[2]]
        code, output = run("ledger", "serve", "ledger", *metrics)
    assert (code, f"metrics on {address}" in output) == (2, True), output


@pytest.mark.parametrize("chain_id", ["wattloom", "another"])
def test_no_block_is_made_under_another_genesis(run, tmp_path, chain_id):
    ledger, other = tmp_path / "ledger", tmp_path / "other"
    make_blocks(ledger)
    height = json.loads(run("ledger", "status", "ledger", "--json")[1])["height"]
    run("ledger", "init", "other", "--organisation", "river", "--chain-id", chain_id)
    for file in ("genesis.json", "validator_key.json"):
        shutil.copy(ledger / file, tmp_path / file)
        shutil.copy(other / file, ledger / file)
    code, output = run("ledger", "serve", "ledger")
    assert (code, "genesis.json is not the one of the stored blocks" in output) == (2, True), output
    for file in ("genesis.json", "validator_key.json"):
        shutil.copy(tmp_path / file, ledger / file)
    assert json.loads(run("ledger", "status", "ledger", "--json")[1])["height"] == height
    assert run("ledger", "verify", "ledger")[0] == 0


def make_blocks(path):
    made = threading.Event()
    with SoloEngine(LedgerFolder(path), heartbeat_s=0.01) as engine:
        end = engine.follow(lambda block: made.set() if block.height > 1 else None)
        assert made.wait(10)
        end()
