"""What a changed key costs the state, from small states to large: compute, write, make durable, prove.

Values of 150 bytes in one contract of eight. `prepare` and `write` are computation; `durable` is the commit
with its fsync, of which the disk decides most.
"""

import gc
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wattloom.network.state import Store, WorldState

CONTRACTS = ("accounts", "auction", "escrow", "governance", "ledger", "metering", "registry", "transactive")
VALUE_BYTES = 150
FILL_STEP = 50_000

Changes = dict[str, dict[str, bytes | None]]


def run(
    sizes: Sequence[int] = (1_000, 10_000, 100_000, 1_000_000),
    blocks: Sequence[int] = (64, 200),
    repeats: int = 20,
) -> list[dict[str, Any]]:
    """Measure updates and inserts; return one figure per number of keys, kind and changes per block."""
    figures: list[dict[str, Any]] = []
    for keys in sizes:
        with (
            tempfile.TemporaryDirectory(prefix="wattloom-bench-") as folder,
            Store(Path(folder) / "data") as store,
        ):
            measured = _State(store, keys)
            figures += [
                measured.figure(kind, changes, repeats) for kind in ("update", "insert") for changes in blocks
            ]
    return figures


class _State:
    def __init__(self, store: Store, keys: int) -> None:
        self._chance = random.Random(1)  # noqa: S311 - repeatable load, no secret
        self._keys, self._store = keys, store
        self._fresh = iter(range(keys, 1 << 40))
        self._world = WorldState(store, CONTRACTS)
        started = time.perf_counter()
        for first in range(0, keys, FILL_STEP):
            self._block(self._changes(range(first, min(keys, first + FILL_STEP))))
        self._fill_s = time.perf_counter() - started
        started = time.perf_counter()
        self._world = WorldState(store, CONTRACTS)
        self._open_ms = (time.perf_counter() - started) * 1e3

    def figure(self, kind: str, changes: int, repeats: int) -> dict[str, Any]:
        gc.collect()
        steps = [self._block(self._changes(self._numbers(kind, changes))) for _ in range(repeats)]
        prepare_us, write_us, durable_us = (statistics.median(each) for each in zip(*steps, strict=True))
        return {
            "keys": self._keys,
            "kind": kind,
            "changes": changes,
            "prepare_us_per_key": round(prepare_us / changes, 1),
            "write_us_per_key": round(write_us / changes, 1),
            "us_per_key": round((prepare_us + write_us) / changes, 1),
            "durable_ms": round(durable_us / 1e3, 2),
            "prove_us": round(self._prove_us(), 1),
            "open_ms": round(self._open_ms, 1),
            "fill_s": round(self._fill_s, 1),
        }

    def _numbers(self, kind: str, changes: int) -> Iterator[int]:
        for _ in range(changes):
            yield self._chance.randrange(self._keys) if kind == "update" else next(self._fresh)

    def _changes(self, numbers: Iterator[int] | range) -> Changes:
        return {"accounts": {_key(number): self._chance.randbytes(VALUE_BYTES) for number in numbers}}

    def _block(self, changes: Changes) -> tuple[float, float, float]:
        started = time.perf_counter()
        prepared = self._world.prepare(changes, height=self._world.height + 1)
        computed = time.perf_counter()
        with self._store.batch() as batch:
            self._world.commit(batch, prepared)
            written = time.perf_counter()
        durable = time.perf_counter()
        return (computed - started) * 1e6, (written - computed) * 1e6, (durable - written) * 1e6

    def _prove_us(self) -> float:
        took = []
        for _ in range(20):
            key = _key(self._chance.randrange(self._keys))
            started = time.perf_counter()
            self._world.prove("accounts", key)
            took.append(time.perf_counter() - started)
        return statistics.median(took) * 1e6


def _key(number: int) -> str:
    return f"account/{number * 2654435761 % 2**32:08x}/free"


def show(figures: Sequence[dict[str, Any]]) -> None:
    """Print the figures as a table."""
    print("     keys kind   changes  prepare us  write us  us/key  durable ms  prove us  open ms  fill s")
    for each in figures:
        print(
            f"{each['keys']:>9} {each['kind']:6}{each['changes']:>8}{each['prepare_us_per_key']:>12.1f}"
            f"{each['write_us_per_key']:>10.1f}{each['us_per_key']:>8.1f}{each['durable_ms']:>12.2f}"
            f"{each['prove_us']:>10.1f}{each['open_ms']:>9.1f}{each['fill_s']:>8.1f}"
        )


if __name__ == "__main__":
    show(run())
