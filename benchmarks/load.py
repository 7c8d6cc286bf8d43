"""Clients that are never idle: each sends its next transaction when the last is confirmed."""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks.members import to_next
from wattloom.network.client import AsyncClient

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


Act = Callable[[AsyncClient, int], Awaitable[object]]
"""What a client sends next, given its number."""


async def transfer(client: AsyncClient, index: int) -> None:
    """Pay the next member."""
    await client.submit("accounts:transfer", to_next(index))


async def introduce(clients: Sequence[AsyncClient], act: Act = transfer) -> None:
    """Send one transaction of each client: its certificate is on the ledger from then on."""
    await asyncio.gather(*(act(client, index) for index, client in enumerate(clients)))


async def keep_busy(clients: Sequence[AsyncClient], seconds: float, act: Act = transfer) -> list[float]:
    """Keep every client busy for a while; return the confirmation time of each transaction, s."""
    until_s = time.perf_counter() + seconds
    times_s: list[float] = []

    async def repeat(index: int, client: AsyncClient) -> None:
        while (began_s := time.perf_counter()) < until_s:
            await act(client, index)
            times_s.append(time.perf_counter() - began_s)

    await asyncio.gather(*(repeat(index, client) for index, client in enumerate(clients)))
    return times_s


def latencies_ms(times_s: Sequence[float]) -> dict[str, float]:
    """Return the usual quantiles of confirmation times."""
    cuts = statistics.quantiles(times_s, n=100)
    return {f"p{share}_ms": round(cuts[share - 1] * 1e3, 2) for share in (50, 95, 99)}


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
