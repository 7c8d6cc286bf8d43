"""The server under stock CometBFT."""

import contextlib
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.network.cometbft import stock
from tests.network.waiting import wait_for
from wattloom.network import abci
from wattloom.network.abci import AbciServer
from wattloom.network.cometbft.rpc import RpcClient

from .applications import Mirror
from .peer import Peer

PATIENCE_S = 30
README = Path(abci.__file__).with_name("README.md")


class Observed(Mirror):
    """Counts blocks, notes the thread of each call, and raises when finalizing a transaction `bad`."""

    def __init__(self):
        self.threads, self.height, self.said = {}, 0, threading.Condition()

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name in abci.calls.CALLS:

            def noted(request):
                self.threads[name] = threading.current_thread()
                return found(request)

            return noted
        return found

    def finalize_block(self, request):
        if b"bad" in request.txs:
            raise OSError("the disk is full")
        with self.said:
            self.height = request.height
            self.said.notify_all()
        return super().finalize_block(request)


@pytest.fixture
def home(engine_program, tmp_path):
    return stock.make_home(engine_program, tmp_path / "node")


@contextmanager
def node_of(program, home, address, *arguments):
    """Run a stock node for the application at an address; yield its process and a client of its RPC."""
    rpc = f"unix://{home}/rpc.sock"
    options = ("--proxy_app", address, "--rpc.laddr", rpc, "--p2p.laddr", "tcp://127.0.0.1:0", *arguments)
    with stock.running(program, home, "start", *options) as process, RpcClient(rpc) as client:
        stock.wait_for_answer(process, rpc)
        yield process, client


def test_a_chain_runs_over_four_connections_and_hangs_up_when_its_node_stops(engine_program, home, address):
    application, hung_up = Observed(), threading.Event()
    with AbciServer(application, address, on_hang_up=hung_up.set):
        with node_of(engine_program, home, address) as (process, client):
            client.call("broadcast_tx_sync", tx=b"some")
            client.call("abci_query", data="")
            with application.said:
                assert application.said.wait_for(lambda: application.height >= 5, PATIENCE_S)
            names = [thread.name for thread in threading.enumerate()]
            assert names.count("abci-connection") == 4
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        assert hung_up.wait(PATIENCE_S)
    called = application.threads
    assert {"info", "init_chain", "check_tx", "prepare_proposal", "process_proposal"} <= set(called)
    assert called["finalize_block"] is called["commit"] is called["process_proposal"]
    assert len({called["check_tx"], called["query"], called["finalize_block"]}) == 3


def test_the_node_stops_when_the_application_raises(engine_program, home, address):
    with (
        AbciServer(Observed(), address) as server,
        node_of(engine_program, home, address) as (process, client),
    ):
        client.call("broadcast_tx_sync", tx=b"bad")
        assert isinstance(server.wait(PATIENCE_S), OSError)
        process.wait(PATIENCE_S)
        assert "the disk is full" in (home / "log").read_text()


@pytest.fixture
def key_value(tmp_path, address):
    """Return what starts the README's application."""
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    program = tmp_path / "kv.py"
    program.write_text(source, encoding="utf-8")

    @contextmanager
    def start():
        application = subprocess.Popen([sys.executable, program, address])
        try:
            wait_for_server(address)
            yield application
        finally:
            application.kill()
            application.wait()

    return start


def wait_for_server(address):
    def is_served():
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError), Peer(address):
            return True

    wait_for(is_served, f"somebody serves {address}", patience_s=PATIENCE_S)


def wait_for_idle(client, height):
    """Wait until the application has committed the last block; killed earlier, CometBFT may hang."""
    wait_for(lambda: int(read(client, b"")["height"]) >= height, f"height {height}", patience_s=PATIENCE_S)


def read(client, key):
    return client.call("abci_query", data=key.hex())["response"]


def test_the_readmes_application_keeps_what_was_committed_when_it_is_killed(
    engine_program, home, address, key_value
):
    once = (engine_program, home, address, "--consensus.create_empty_blocks=false")
    with key_value() as application, node_of(*once) as (process, client):
        height = stock.put(client, "apple=red", "pear=green")
        assert client.call("broadcast_tx_sync", tx=b"nonsense")["code"] == 1
        seen = read(client, b"apple")
        wait_for_idle(client, height + 1)  # one block more, for the proof
        application.kill()
        process.wait(PATIENCE_S)  # by itself
    with key_value(), node_of(*once) as (_, client):
        assert read(client, b"apple")["value"] == seen["value"] == "cmVk"  # "red"
        assert read(client, b"pear")["value"] == "Z3JlZW4="
        assert read(client, b"plum")["code"] == 1


def test_the_readmes_application_is_as_short_as_it_claims():
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in source.splitlines() if line.strip()]) <= 32
