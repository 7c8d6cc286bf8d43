"""Signed transfers on a network of stock CometBFT validators, all on this one machine.

Nodes are made by `create_network` and run as `wattloom network node` does, one Python process and one engine
each. Clients spread over all gateways; signing lies inside the timed interval. Validators, applications, load
generator: everything shares the machine's cores, which one machine for each validator would not.
"""

import asyncio
import re
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.load import cpu_s, introduce, keep_busy, latencies_ms
from benchmarks.members import ORGANISATION, accounts, issue_members
from wattloom.identity.certificates import Authority
from wattloom.network.client import AsyncClient
from wattloom.network.cometbft.rpc import RpcClient
from wattloom.network.consortium import processes
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.free_ports import with_free_ports
from wattloom.network.consortium.layout import NodeFolder
from wattloom.network.consortium.spec import NetworkSpec

VALIDATORS = (4, 5, 10, 20)
CLIENTS = (1, 64, 200)
SECONDS = 8.0
WARM_UP_S = 2.0

METAS = 20
"""How many blocks the stock node describes in one answer."""

STEPS = ("Propose", "Prevote", "Precommit", "Commit")
CALLS = ("prepare_proposal", "process_proposal", "finalize_block", "commit")


@dataclass(frozen=True, slots=True)
class Usage:
    """What all nodes have used so far: CPU of applications and engines, s; and the height they are at."""

    app_s: float
    engine_s: float
    height: int


class Network:
    """A running network, and what it uses."""

    def __init__(self, nodes: Sequence[NodeFolder]) -> None:
        self.nodes = nodes
        marks = [processes.process_of(node) for node in nodes]
        self.app_pids = [mark.pid for mark in marks if mark is not None]
        self.engine_pids = [_child(pid) for pid in self.app_pids]

    async def usage(self, client: AsyncClient) -> Usage:
        """Return what was used up to now."""
        return Usage(
            app_s=sum(map(cpu_s, self.app_pids)),
            engine_s=sum(map(cpu_s, self.engine_pids)),
            height=(await client.describe()).height,
        )

    def block_bytes(self, first: int, last: int) -> int:
        """Return how many bytes the encoded blocks of these heights have, commits included."""
        with RpcClient(self.nodes[0].settings().rpc_url) as rpc:
            return sum(
                int(meta["block_size"])
                for low in range(first, last + 1, METAS)
                for meta in rpc.call(
                    "blockchain", minHeight=str(low), maxHeight=str(min(low + METAS - 1, last))
                )["block_metas"]
            )

    def memory_mb(self) -> dict[str, float]:
        """Return the mean resident memory of a node's two processes."""
        return {
            "app_mb": round(mean(map(_resident_mb, self.app_pids)), 1),
            "engine_mb": round(mean(map(_resident_mb, self.engine_pids)), 1),
        }


def run(
    validators: Sequence[int] = VALIDATORS, clients: Sequence[int] = CLIENTS, seconds: float = SECONDS
) -> list[dict[str, Any]]:
    """Return one figure per number of validators and of clients."""
    figures = []
    for count in validators:
        with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as scratch:
            figures += asyncio.run(_measure_network(Path(scratch) / "n", count, clients, seconds))
    return figures


async def _measure_network(
    path: Path, validators: int, clients: Sequence[int], seconds: float
) -> list[dict[str, Any]]:
    began_s = time.perf_counter()
    names = [ORGANISATION, *(f"org-{number}" for number in range(2, validators + 1))]
    spec = NetworkSpec(organisations=list(names), accounts=accounts(max(clients) + 1))
    folder = create_network(with_free_ports(spec), path)
    authority = Authority.load(folder.organisation_path(ORGANISATION))
    members = issue_members(authority, max(clients))
    nodes = folder.nodes()
    with _running(nodes) as network:
        ca_pem = (nodes[0].tls_path / "tls-ca.pem").read_bytes()
        addresses = [node.settings().gateway_address for node in nodes]
        async with AsyncExitStack() as stack:
            connected = [
                await stack.enter_async_context(
                    AsyncClient([addresses[index % validators]], ca_certificate=ca_pem, identity=member)
                )
                for index, member in enumerate(members)
            ]
            await introduce(connected[:1])
            first_s = time.perf_counter() - began_s
            await introduce(connected)
            rows = [await _measure(network, connected[:count], seconds) for count in clients]
    return [{"validators": validators, "first_commit_s": round(first_s, 1), **row} for row in rows]


async def _measure(network: Network, clients: Sequence[AsyncClient], seconds: float) -> dict[str, Any]:
    await keep_busy(clients, WARM_UP_S)
    metrics_before = _engine_metrics(network.nodes[0])
    before, began_s = await network.usage(clients[0]), time.perf_counter()
    times_s = await keep_busy(clients, seconds)
    took_s, after = time.perf_counter() - began_s, await network.usage(clients[0])
    count, blocks = len(times_s), after.height - before.height
    share = 1e3 / count / len(network.nodes)
    return {
        "clients": len(clients),
        "tps": round(count / took_s, 1),
        **latencies_ms(times_s),
        "blocks_per_s": round(blocks / took_s, 1),
        "app_ms_per_tx_node": round((after.app_s - before.app_s) * share, 3),
        "engine_ms_per_tx_node": round((after.engine_s - before.engine_s) * share, 3),
        "chain_bytes_per_tx": round(network.block_bytes(before.height + 1, after.height) / count),
        **network.memory_mb(),
        **_times_of_a_block(metrics_before, _engine_metrics(network.nodes[0])),
    }


def _times_of_a_block(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Return where a block's time goes by the first node's own metrics, ms: consensus steps, then calls."""
    found = {}
    for label, series in (
        *((step.lower(), f'consensus_step_duration_seconds_X{{step="{step}"}}') for step in STEPS),
        *((call, f'abci_connection_method_timing_seconds_X{{method="{call}"}}') for call in CALLS),
    ):
        spent_s, times = (
            after.get(series.replace("_X", kind), 0.0) - before.get(series.replace("_X", kind), 0.0)
            for kind in ("_sum", "_count")
        )
        if times:
            found[f"{label}_ms"] = round(spent_s / times * 1e3, 2)
    return found


def _engine_metrics(node: NodeFolder) -> dict[str, float]:
    """Return the engine's own metrics, summed over labels other than step and method."""
    url = f"http://127.0.0.1:{node.settings().ports.engine_metrics}/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
    found: dict[str, float] = {}
    for name, labels, value in re.findall(r"(?m)^cometbft_(\w+)\{(.*)\} (\S+)$", text):
        kept = re.search(r'(step|method)="\w+"', labels)
        if kept and "le=" not in labels:
            series = f"{name}{{{kept[0]}}}"
            found[series] = found.get(series, 0.0) + float(value)
    return found


@contextmanager
def _running(nodes: Sequence[NodeFolder]) -> Iterator[Network]:
    processes.start(nodes)
    try:
        yield Network(nodes)
    finally:
        processes.stop(nodes)


def _child(pid: int) -> int:
    """Return the engine that a node's process has started."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])


def _resident_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0
