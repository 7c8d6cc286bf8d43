"""The ledger that a market day is traded on: solo in this process, or four validators beside it."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.market.day.members import ORGANISATION
from wattloom.market.day.trading import Way
from wattloom.network.consortium import processes
from wattloom.network.consortium.audit import audit_node
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.free_ports import with_free_ports
from wattloom.network.consortium.spec import NetworkSpec, Parameters
from wattloom.network.gateway import GatewayThread
from wattloom.network.replay import Verified
from wattloom.network.solo import SoloEngine
from wattloom.network.solo.create import create_ledger
from wattloom.network.solo.verify import verify_ledger

CHAIN_ID = "market-day"
ORGANISATIONS = [ORGANISATION, "north", "east", "south"]
"""Who runs a validator each; the homes belong to the first."""

BACKDATE_S = 3_600


class EngineName(StrEnum):
    """Which engine orders the day's transactions."""

    SOLO = "solo"
    COMETBFT = "cometbft"


class DayLedger(Protocol):
    """A new ledger, whose members `authority` certifies."""

    authority: Authority

    def running(self) -> AbstractContextManager[Way]:
        """Run it, and say how to reach it."""
        ...

    def verify(self) -> Verified:
        """Execute everything again, once it has ended; raise `LedgerRejected`."""
        ...


class SoloDay:
    """A solo ledger with its gateway in this process."""

    def __init__(self, path: Path) -> None:
        self.authority = Authority.create(
            f"{ORGANISATION} CA", organisation=ORGANISATION, not_before_s=int(time.time()) - BACKDATE_S
        )
        self._folder = create_ledger(path, chain_id=CHAIN_ID, organisations=[self.authority])

    @contextmanager
    def running(self) -> Iterator[Way]:
        """Run it."""
        tls = TlsIdentity.load(self._folder.tls_path)
        with SoloEngine(self._folder) as engine, GatewayThread(engine, tls=tls) as gateway:
            yield Way([gateway.address], TlsAuthority.load(self._folder.tls_path).ca_pem)

    def verify(self) -> Verified:
        """Verify every stored byte."""
        return verify_ledger(self._folder, genesis_hash=self._folder.genesis().hash)


class NetworkDay:
    """Four validators of four organisations, as processes of this machine."""

    def __init__(self, path: Path) -> None:
        spec = NetworkSpec(
            chain_id=CHAIN_ID, organisations=list(ORGANISATIONS), parameters=Parameters(heartbeat_s=1)
        )
        self._folder = create_network(with_free_ports(spec), path)
        self.authority = Authority.load(self._folder.organisation_path(ORGANISATION))

    @contextmanager
    def running(self) -> Iterator[Way]:
        """Run it."""
        nodes = self._folder.nodes()
        try:
            processes.start(nodes)
            addresses = [node.settings().gateway_address for node in nodes]
            yield Way(addresses, TlsAuthority.load(self._folder.tls_path).ca_pem)
        finally:
            processes.stop(nodes)

    def verify(self) -> Verified:
        """Verify the chain as an archive node stores it."""
        return audit_node(self._folder.nodes()[0], genesis_hash=self._folder.genesis().hash)


def create_day_ledger(engine: EngineName, path: Path) -> DayLedger:
    """Make a ledger in a new folder.

    Raises
    ------
    LedgerFolderError, ConsortiumError : the folder is not empty
    """
    return SoloDay(path) if engine is EngineName.SOLO else NetworkDay(path)
