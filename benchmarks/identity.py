"""Enrolments: challenge, proof of the manufacturer's key, a certificate in the signed log, the ledger told.

Ledger, identity service and load run in processes of their own (`wattloom ledger serve`, `wattloom identity
serve`) and share the cores. Meters and their next keys are made before; what a meter signs, it signs
inside the timed interval. `on_ledger_per_s` ends when the ledger's events have told of the last meter, and
`cores_had` tells how much of the machine the three got.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import grpc

from benchmarks.gateway import serving
from benchmarks.load import cpu_s, latencies_ms
from benchmarks.members import BACKDATE_S, CHAIN_ID, ORGANISATION
from wattloom.chaincode.registry.records import Manufacturer
from wattloom.identity.certificates import Authority, ClientIdentity, MeterIdentity
from wattloom.identity.keys import SigningKey
from wattloom.identity.service import statements
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.settings import LedgerSettings, Settings
from wattloom.identity.wire import identity_pb2 as wire
from wattloom.identity.wire.identity_pb2_grpc import IdentityStub
from wattloom.network.client import AsyncClient
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.create import create_ledger

METERS: Final = 2_000
IN_FLIGHT: Final = (1, 64)
CHANNELS: Final = 8
WARM_UP: Final = 100

Prepared = tuple[MeterIdentity, SigningKey]


def run(meters: int = METERS, in_flight: Sequence[int] = IN_FLIGHT) -> list[dict[str, Any]]:
    """Return one figure per number of meters that enrol at a time."""
    with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as scratch:
        town = _Town(Path(scratch))
        with serving(town.ledger) as (gateway, ledger), town.enrolling(gateway) as (address, service):
            asyncio.run(town.trust_maker(gateway))
            pids = (service.pid, ledger.pid)
            return [
                asyncio.run(
                    _measure(town, address, gateway, pids, meters if width > 1 else meters // 10, width)
                )
                for width in in_flight
            ]


class _Town:
    """A utility with a solo ledger and an identity service, and a maker of meters."""

    def __init__(self, scratch: Path) -> None:
        self._scratch, self.start_s = scratch, int(time.time()) - BACKDATE_S
        self.utility = Authority.create(
            "bench CA", organisation=ORGANISATION, not_before_s=self.start_s, path_length=1
        )
        self.maker = Authority.create(
            "maker root", organisation="maker", not_before_s=self.start_s, path_length=1
        )
        self._line = self.maker.issue_intermediate("maker line", not_before_s=self.start_s)
        self.ledger: LedgerFolder = create_ledger(
            scratch / "ledger", chain_id=CHAIN_ID, organisations=[self.utility]
        )
        self._made = 0

    def meters(self, count: int) -> list[Prepared]:
        """Make meters, each with the key that it will have certified."""
        self._made += count
        serials = range(self._made - count, self._made)
        return [
            (self._line.issue_meter(f"m-{serial}", manufactured_at_s=self.start_s), SigningKey.generate())
            for serial in serials
        ]

    async def trust_maker(self, gateway: str) -> None:
        """Let the ledger know the maker."""
        async with self.client(gateway, self._member("admin", "consortium-admin")) as client:
            root = self.maker.certificate
            await client.submit(
                "registry:add_manufacturer", Manufacturer(manufacturer="maker", root_certificate=root)
            )

    def client(self, gateway: str, identity: ClientIdentity | None = None) -> AsyncClient:
        """Return a way to the ledger."""
        root = (self.ledger.tls_path / "tls-ca.pem").read_bytes()
        return AsyncClient([gateway], ca_certificate=root, identity=identity)

    @contextmanager
    def enrolling(self, gateway: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
        """Run `wattloom identity serve` until the measurement is done."""
        self._member("office", "registrar").save(self._scratch / "office")
        ledger = LedgerSettings(
            gateways=[gateway],
            tls_ca=str(self.ledger.tls_path / "tls-ca.pem"),
            registrar=str(self._scratch / "office"),
            chain_id=CHAIN_ID,
        )
        settings = Settings(ledger=ledger, calls_per_second=1e6, burst=1_000_000)
        folder = ServiceFolder.create(
            self._scratch / "identity", self.utility, [self.maker.certificate], settings=settings
        )
        self.root_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        command = [sys.executable, "-m", "wattloom", "identity", "serve", str(folder.path)]
        process = subprocess.Popen(
            [*command, "--address", address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield address, process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)

    def _member(self, name: str, role: str) -> ClientIdentity:
        return self.utility.issue_client(name, role=role, not_before_s=self.start_s)


async def _measure(
    town: _Town, address: str, gateway: str, pids: tuple[int, ...], count: int, width: int
) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        credentials = grpc.ssl_channel_credentials(town.root_pem)
        channels = [
            await stack.enter_async_context(
                grpc.aio.secure_channel(address, credentials, options=[("grpc.channel_number", number)])
            )
            for number in range(min(CHANNELS, width))
        ]
        stubs = [IdentityStub(channel) for channel in channels]
        ledger = await stack.enter_async_context(town.client(gateway))
        await _enrol_all(stubs, town.meters(WARM_UP), width, town.start_s)
        await asyncio.sleep(1)
        meters, height = town.meters(count), (await ledger.describe()).height + 1
        pids = (*pids, os.getpid())
        before, began_s = [cpu_s(pid) for pid in pids], time.perf_counter()
        told = asyncio.create_task(_told(ledger, height, count))
        times_s = await _enrol_all(stubs, meters, width, town.start_s)
        enrolled_s = time.perf_counter() - began_s
        await told
        on_ledger_s = time.perf_counter() - began_s
        service, node, load = (cpu_s(pid) - at for pid, at in zip(pids, before, strict=True))
    return {
        "meters": count,
        "at_a_time": width,
        "enrolled_per_s": round(count / enrolled_s, 1),
        "on_ledger_per_s": round(count / on_ledger_s, 1),
        **latencies_ms(times_s),
        "service_cpu_us": round(service / count * 1e6),
        "ledger_cpu_us": round(node / count * 1e6),
        "load_cpu_us": round(load / count * 1e6),
        "cores_had": round((service + node + load) / on_ledger_s, 2),
    }


async def _enrol_all(
    stubs: Sequence[IdentityStub], meters: Sequence[Prepared], width: int, made_at_s: int
) -> list[float]:
    """Enrol meters, so many at a time, and return how long each took."""
    waiting, times_s = list(meters), list[float]()

    async def work(stub: IdentityStub) -> None:
        while waiting:
            meter, key = waiting.pop()
            began_s = time.perf_counter()
            await _enrol(stub, meter, key, made_at_s)
            times_s.append(time.perf_counter() - began_s)

    await asyncio.gather(*(work(stubs[number % len(stubs)]) for number in range(width)))
    return times_s


async def _enrol(stub: Any, meter: MeterIdentity, key: SigningKey, made_at_s: int) -> None:  # noqa: ANN401 - asyncio's stub
    nonce = (await stub.Challenge(wire.ChallengeRequest(), wait_for_ready=True)).nonce
    statement = statements.enrolment(nonce, meter.certificate, made_at_s, key.public_key.spki)
    await stub.Enrol(
        wire.EnrolRequest(
            nonce=nonce,
            manufacturer_chain=meter.chain,
            manufactured_at_s=made_at_s,
            public_key=key.public_key.spki,
            manufacturer_signature=meter.sign(statement),
            possession_signature=key.sign(statement),
        )
    )


async def _told(ledger: AsyncClient, height: int, count: int) -> None:
    """Return once the ledger has told of so many meters."""
    seen = 0
    async for _ in ledger.events(height, contract="registry", name="meter_certified"):
        seen += 1
        if seen == count:
            return
