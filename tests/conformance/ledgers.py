"""The ledgers under test: the same four organisations on each engine, running as processes of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.validators import ValidatorSet
from wattloom.network.client import Client, connect
from wattloom.network.consortium import processes
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.free_ports import free_ports, with_free_ports
from wattloom.network.consortium.spec import NetworkSpec, Parameters
from wattloom.network.solo.create import create_ledger
from wattloom.network.solo.sequencer import HEARTBEAT_S

CHAIN_ID = "conformance"
ORGANISATIONS = ("east", "north", "south", "west")
START_S = int(time.time()) - 1_800
"""When members' certificates begin: block time runs behind the clock, and their issuers begin an hour ago."""

PATIENCE_S = 30.0


@dataclass
class Ledger:
    """A running ledger, as its members and auditors know it; nothing of it runs in this process.

    `heartbeat_s` is how often it makes a block while idle; `pids` names the processes that hold the
    application, which `paused` stops and continues.
    """

    engine: str
    addresses: Sequence[str]
    ca_pem: bytes
    genesis: Genesis
    organisations: Mapping[str, Authority]
    heartbeat_s: float
    pids: Callable[[], Sequence[int]]
    restart: Callable[[], None]

    @property
    def chain_id(self) -> str:
        return self.genesis.chain_id

    @property
    def validators(self) -> ValidatorSet:
        """Whom a proof is trusted to."""
        return self.genesis.validator_set

    def client(self, identity=None, *, first=0, **options) -> Client:
        """Return a client that prefers the gateway of this number."""
        turned = (*self.addresses[first:], *self.addresses[:first])
        options = {
            "addresses": turned,
            "ca_certificate": self.ca_pem,
            "chain_id": self.chain_id,
            "patience_s": PATIENCE_S,
            **options,
        }
        return Client(identity=identity, **options)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let no block be made and no gateway answer for a while."""
        pids = self.pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


def authority(organisation: str, *, start_s: int = START_S) -> Authority:
    """Return a new CA."""
    return Authority.create(f"{organisation} CA", organisation=organisation, not_before_s=start_s)


class _Served:
    """The process `wattloom ledger serve` of one folder, always at the same address."""

    def __init__(self, folder: Path, ca_pem: bytes) -> None:
        self._folder, self._ca_pem = folder, ca_pem
        self.address = f"127.0.0.1:{free_ports(1)[0]}"

    def start(self) -> None:
        command = [sys.executable, "-m", "wattloom", "ledger", "serve", str(self._folder)]
        with (self._folder.parent / "serve.log").open("ab") as log:
            self._process = subprocess.Popen([*command, "--address", self.address], stderr=log, stdout=log)
        connect([self.address], ca_certificate=self._ca_pem, patience_s=PATIENCE_S).close()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(timeout=20) == 0

    def restart(self) -> None:
        self.stop()
        self.start()

    def pids(self) -> list[int]:
        return [self._process.pid]


@contextmanager
def solo(path: Path) -> Iterator[Ledger]:
    """Run a solo ledger."""
    organisations = {name: authority(name) for name in ORGANISATIONS}
    folder = create_ledger(path / "ledger", chain_id=CHAIN_ID, organisations=list(organisations.values()))
    ca_pem = TlsAuthority.load(folder.tls_path).ca_pem
    served = _Served(folder.path, ca_pem)
    served.start()
    try:
        yield Ledger(
            engine="solo",
            addresses=(served.address,),
            ca_pem=ca_pem,
            genesis=folder.genesis(),
            organisations=organisations,
            heartbeat_s=HEARTBEAT_S,
            pids=served.pids,
            restart=served.restart,
        )
    finally:
        served.stop()


@contextmanager
def cometbft(path: Path) -> Iterator[Ledger]:
    """Run a network of four organisations, with a validator each, under the stock engine."""
    spec = NetworkSpec(
        chain_id=CHAIN_ID, organisations=list(ORGANISATIONS), parameters=Parameters(heartbeat_s=1)
    )
    network = create_network(with_free_ports(spec), path / "network")
    nodes = network.nodes()

    def restart() -> None:
        processes.stop(nodes)
        processes.start(nodes)

    try:
        processes.start(nodes)
        yield Ledger(
            engine="cometbft",
            addresses=[node.settings().gateway_address for node in nodes],
            ca_pem=TlsAuthority.load(network.tls_path).ca_pem,
            genesis=network.genesis(),
            organisations={name: Authority.load(network.organisation_path(name)) for name in ORGANISATIONS},
            heartbeat_s=spec.parameters.heartbeat_s,
            pids=lambda: [mark.pid for node in nodes if (mark := processes.process_of(node))],
            restart=restart,
        )
    finally:
        processes.stop(nodes)


ENGINES = {"solo": solo, "cometbft": cometbft}
