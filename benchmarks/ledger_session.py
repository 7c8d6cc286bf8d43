"""A session of many homes on a solo ledger, every agent over its own TLS connection: time and chain bytes."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from wattloom.chaincode.transactive.messages import SessionView
from wattloom.chaincode.transactive.records import Phase
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.day.ledgers import EngineName, create_day_ledger
from wattloom.market.day.run import tomorrow_s, trade_on
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.terms import offered_terms
from wattloom.network import transactions
from wattloom.network.chain.block import Block
from wattloom.network.solo.blocks import BLOCKS, read_block
from wattloom.network.solo.folder import LedgerFolder

HOMES = (10, 100, 300)
DECISION = "transactive:submit_decision"


class TimedSolver(HomeSolver):
    """A home's solver that notes how long its answers take."""

    solving_s = 0.0

    def solve_exchange(self, price_per_kwh: FloatArray, anchor_kwh: FloatArray, rho: float) -> FloatArray:
        """Answer as `HomeSolver` does."""
        started = time.perf_counter()
        answer = super().solve_exchange(price_per_kwh, anchor_kwh, rho)
        self.solving_s += time.perf_counter() - started
        return answer


THREADS = {"MainThread": "agents", "gateway": "gateway", "solo-sequencer": "ledger"}
"""Whose CPU time a thread's is; gRPC's own threads are the rest of the process's."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A moment of a session: the clock, the process's CPU seconds, and those of its Python threads."""

    clock_s: float
    process_s: float
    threads_s: dict[str, float]

    @classmethod
    def now(cls) -> "Usage":
        """Return what was used up to now."""
        clocks = {
            THREADS[thread.name]: time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
            for thread in threading.enumerate()
            if thread.name in THREADS and thread.ident is not None
        }
        return cls(time.perf_counter(), time.process_time(), clocks)


@dataclass(slots=True)
class Phases:
    """What had been used when each phase was first seen."""

    began: dict[Phase, Usage] = field(default_factory=dict)

    def __call__(self, view: SessionView) -> None:
        """Look at a session."""
        if view.progress.phase not in self.began:
            self.began[view.progress.phase] = Usage.now()


@dataclass(frozen=True, slots=True)
class Stored:
    """Decisions and the blocks that hold them; bytes of the decisions, the blocks and all that is kept."""

    decisions: int
    decision_bytes: int
    blocks: int
    block_bytes: int
    record_bytes: int


def run(sizes: tuple[int, ...] = HOMES) -> list[dict[str, Any]]:
    """Return one session's figures for each number of homes."""
    return [hold(homes) for homes in sizes]


def hold(homes: int, *, slots: int = 24) -> dict[str, Any]:
    """Hold a session of the synthetic community on a new ledger."""
    community = synthetic_community(homes=homes, slots=slots)
    solvers: list[HomeSolver] = [TimedSolver(home) for home in community.homes]
    terms, phases = offered_terms(community, slot_start_s=tomorrow_s()), Phases()
    with TemporaryDirectory(prefix="wattloom-bench-") as folder:
        ledger = create_day_ledger(EngineName.SOLO, Path(folder) / "ledger")
        started = time.perf_counter()
        traded = trade_on(ledger, community, solvers, terms, tell=lambda _: None, progress=phases)
        seconds = time.perf_counter() - started
        stored = _stored(LedgerFolder(Path(folder) / "ledger"))
    iterations = len(traded.residuals)
    first, last = phases.began[Phase.ITERATING], phases.began[Phase.CONFIRMING]
    iterating_s = last.clock_s - first.clock_s
    solving_s = sum(solver.solving_s for solver in solvers if isinstance(solver, TimedSolver))
    cpu = {name: last.threads_s[name] - first.threads_s[name] for name in THREADS.values()}
    others_s = last.process_s - first.process_s - sum(cpu.values())
    return {
        "homes": homes,
        "slots": slots,
        "iterations": iterations,
        "session s": round(seconds, 1),
        "iteration s": iterating_s / iterations,
        "solving": solving_s / iterations,
        **{f"{name} CPU": used_s / iterations for name, used_s in (cpu | {"gRPC": others_s}).items()},
        "decisions/s": round(stored.decisions / iterating_s),
        "blocks": stored.blocks / iterations,
        "B a decision": round(stored.decision_bytes / stored.decisions),
        "chain kB": stored.block_bytes / iterations / 1e3,
        "stored kB": stored.record_bytes / iterations / 1e3,
    }


def _stored(folder: LedgerFolder) -> Stored:
    totals: Counter[str] = Counter()
    with folder.read_store() as store, store.snapshot() as snapshot:
        for height in range(1, 1 + sum(1 for _ in snapshot.items(BLOCKS))):
            record = read_block(snapshot, height)
            assert record is not None
            raw = [
                tx for tx in Block.decode(record.block).txs if transactions.decode(tx).function == DECISION
            ]
            if raw:
                totals["decisions"] += len(raw)
                totals["decision_bytes"] += sum(map(len, raw))
                totals["blocks"] += 1
                totals["block_bytes"] += len(record.block)
                totals["record_bytes"] += record.ByteSize()
    return Stored(**totals)
