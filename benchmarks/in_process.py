"""Signed transfers straight into the engine: what the ledger costs without gRPC and TLS around it."""

import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.members import Bench
from wattloom.network.engine import NewBlock
from wattloom.network.solo import SoloEngine

IN_FLIGHT = 64
TRANSACTIONS = 6_000


def run(transactions: int = TRANSACTIONS) -> list[dict[str, Any]]:
    """Return throughput and CPU of transfers that are signed beforehand, with 64 in flight."""
    with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as scratch:
        bench = Bench(Path(scratch), members=IN_FLIGHT)
        with SoloEngine(bench.folder) as engine:
            _push(engine, [bench.transfer(index, introduce=True) for index in range(IN_FLIGHT)])
            raws = [bench.transfer(index % IN_FLIGHT) for index in range(transactions)]
            height = engine.latest()[0]
            began_s, cpu_s = time.perf_counter(), time.process_time()
            _push(engine, raws)
            took_s, used_s = time.perf_counter() - began_s, time.process_time() - cpu_s
            blocks = engine.latest()[0] - height
    return [
        {
            "transactions": transactions,
            "in_flight": IN_FLIGHT,
            "tps": round(transactions / took_s, 1),
            "cpu_us_per_tx": round(used_s / transactions * 1e6, 1),
            "transactions_per_block": round(transactions / blocks, 1),
        }
    ]


def _push(engine: SoloEngine, raws: list[bytes]) -> None:
    """Check and order every transaction, at most `IN_FLIGHT` at a time, and wait for the last."""
    room, left, done = threading.Semaphore(IN_FLIGHT), [len(raws)], threading.Event()

    def take(block: NewBlock) -> None:
        results = len(block.record.results)
        left[0] -= results
        if results:
            room.release(results)
        if left[0] == 0:
            done.set()

    end = engine.follow(take)
    for raw in raws:
        room.acquire()
        engine.order(engine.check(raw))
    done.wait()
    end()
