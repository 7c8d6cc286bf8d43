"""Signed transfers through the gateway: throughput, confirmation, CPU, and the ratio to the floor.

The ledger and its gateway run in a process of their own (`wattloom ledger serve`); every client signs with
its own key over its own TLS connection, and sends its next transfer when the last is confirmed. Signing lies
inside the timed interval. Both processes share the machine's cores.
"""

import asyncio
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.load import Act, cpu_s, introduce, keep_busy, latencies_ms, transfer
from benchmarks.members import Bench
from wattloom.identity.credentials import ClientIdentity
from wattloom.identity.keys import SigningKey
from wattloom.identity.tls import TlsAuthority
from wattloom.network.client import AsyncClient
from wattloom.network.solo import LedgerFolder
from wattloom.network.state import Store

CLIENTS = (1, 16, 64, 200)
SECONDS = 6.0
WARM_UP_S = 1.0


def run(clients: tuple[int, ...] = CLIENTS, seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Return one figure per number of clients."""
    with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as scratch:
        bench = Bench(Path(scratch), members=max(clients))
        ca_pem = TlsAuthority.load(bench.folder.tls_path).ca_pem
        with serving(bench.folder) as (address, process):
            return [
                asyncio.run(
                    measure(bench.members[:count], address, ca_pem, process.pid, seconds, Path(scratch))
                )
                for count in clients
            ]


async def measure(
    members: Sequence[ClientIdentity],
    address: str,
    ca_pem: bytes,
    server_pid: int,
    seconds: float,
    scratch: Path,
    *,
    act: Act = transfer,
) -> dict[str, Any]:
    """Return the figure of members who all send what `act` says, again and again."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(AsyncClient([address], ca_certificate=ca_pem, identity=member))
            for member in members
        ]
        await introduce(clients, act)
        await keep_busy(clients, WARM_UP_S, act)
        height = (await clients[0].describe()).height
        cpu_before_s, began_s = cpu_s(server_pid), time.perf_counter()
        times_s = await keep_busy(clients, seconds, act)
        took_s, used_s = time.perf_counter() - began_s, cpu_s(server_pid) - cpu_before_s
        blocks = (await clients[0].describe()).height - height
    tps = len(times_s) / took_s
    floor_tps = floor(max(1, round(len(times_s) / max(blocks, 1))), scratch)
    return {
        "engine": "solo",
        "validators": 1,
        "clients": len(members),
        "tps": round(tps, 1),
        **latencies_ms(times_s),
        "transactions_per_block": round(len(times_s) / max(blocks, 1), 1),
        "floor_tps": round(floor_tps, 1),
        "ratio_to_floor": round(tps / floor_tps, 3),
        "cpu_us_per_tx": round(used_s / len(times_s) * 1e6, 1),
    }


def floor(batch_size: int, scratch: Path, *, seconds: float = 1.0) -> float:
    """Return the transactions per second of the least that a durable ledger must do, in such batches.

    One ECDSA verification per transaction, and one durable write of the batch's transactions.
    """
    key, message = SigningKey.generate(), bytes(700)
    signature, public_key = key.sign(message), key.public_key
    done, began_s = 0, time.perf_counter()
    with Store(scratch / f"floor-{time.time_ns()}", tables=("rows",)) as store:
        while time.perf_counter() - began_s < seconds:
            for _ in range(batch_size):
                public_key.verify(signature, message)
            with store.batch() as batch:
                for _ in range(batch_size):
                    batch.put("rows", done.to_bytes(8, "big"), message)
                    done += 1
    return done / (time.perf_counter() - began_s)


@contextmanager
def serving(folder: LedgerFolder) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `wattloom ledger serve` until the measurement is done."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "wattloom", "ledger", "serve", str(folder.path), "--address", address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield address, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
