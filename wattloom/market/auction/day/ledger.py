"""The ledger of a day by auction: solo, with a time that passes as fast as homes act."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.market.day.members import ORGANISATION
from wattloom.market.day.trading import Way
from wattloom.network.client import AsyncClient
from wattloom.network.gateway import GatewayThread
from wattloom.network.replay import Verified
from wattloom.network.solo import SoloEngine
from wattloom.network.solo.create import create_ledger
from wattloom.network.solo.verify import verify_ledger

CHAIN_ID = "auction-day"
BACKDATE_S = 3_600
NS = 1_000_000_000

HEARTBEAT_S = 0.05
"""How soon an idle ledger sees that its time was moved."""

LOOK_S = 0.01


class MovedTime:
    """Time that goes on like the machine's and is moved forward; the ledger and its members share it."""

    def __init__(self, start_s: int) -> None:
        self._ahead_ns = start_s * NS - time.time_ns()

    def ns(self) -> int:
        """Return Unix nanoseconds."""
        return time.time_ns() + self._ahead_ns

    def seconds(self) -> float:
        """Return Unix seconds."""
        return self.ns() / NS

    def move_to(self, time_s: int) -> None:
        """Move on, unless it is later already."""
        self._ahead_ns += max(0, time_s * NS - self.ns())


class LedgerTime:
    """A `Clock` for rounds: moves time, and waits until the ledger has made a block in it."""

    def __init__(self, moved: MovedTime, client: AsyncClient) -> None:
        self._moved = moved
        self._client = client

    async def wait_until(self, time_s: int, /) -> None:
        """Return once block time has come to `time_s`."""
        self._moved.move_to(time_s)
        while (await self._client.describe()).block_time_s < time_s:
            await asyncio.sleep(LOOK_S)


class MovedLedger:
    """A new solo ledger that begins at `time`.

    Raises
    ------
    LedgerFolderError : the folder is not empty
    """

    def __init__(self, path: Path, moved: MovedTime) -> None:
        self.moved = moved
        self.not_before_s = int(moved.seconds()) - BACKDATE_S
        self.authority = Authority.create(
            f"{ORGANISATION} CA", organisation=ORGANISATION, not_before_s=self.not_before_s
        )
        self._folder = create_ledger(
            path, chain_id=CHAIN_ID, organisations=[self.authority], now_ns=moved.ns()
        )

    @contextmanager
    def running(self) -> Iterator[Way]:
        """Run it with its gateway in this process, and say how to reach it."""
        tls = TlsIdentity.load(self._folder.tls_path)
        with (
            SoloEngine(self._folder, heartbeat_s=HEARTBEAT_S, clock=self.moved.ns) as engine,
            GatewayThread(engine, tls=tls) as gateway,
        ):
            root = TlsAuthority.load(self._folder.tls_path).ca_pem
            yield Way([gateway.address], root, clock=self.moved.seconds)

    def verify(self) -> Verified:
        """Execute everything again, once it has ended; raise `LedgerRejected`."""
        return verify_ledger(self._folder, genesis_hash=self._folder.genesis().hash)
