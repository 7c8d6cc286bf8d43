"""LMDB against SQLite under the ledger's own pattern of writes: durable blocks of transfers, and point reads.

A block of n transfers rewrites 2n account values and adds n transaction ids, rewrites the bucket records of
those 3n keys and adds one block record. Every block is one durable transaction.
"""

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from wattloom.network.state import Store
from wattloom.network.state.buckets import BUCKETS_PER_CONTRACT

VALUE_BYTES = 150
BUCKET_ENTRY_BYTES = 80
TRANSACTION_BYTES = 700
READS = 20_000

Row = tuple[bytes, bytes]
Rows = dict[str, list[Row]]


class Engine(Protocol):
    """What both engines are asked to do."""

    name: str

    def write(self, rows: Rows) -> None:
        """Make one batch durable."""
        ...

    @contextmanager
    def reading(self) -> Iterator[Callable[[bytes], bytes | None]]:
        """Give a function that reads one value of the state in one consistent view."""
        ...


class Lmdb:
    """The product's own store."""

    name = "lmdb"

    def __init__(self, path: Path) -> None:
        self._store = Store(path / "lmdb", tables=("blocks",))

    def write(self, rows: Rows) -> None:
        """Make one batch durable."""
        with self._store.batch() as batch:
            for table, pairs in rows.items():
                for key, value in pairs:
                    batch.put(table, key, value)

    @contextmanager
    def reading(self) -> Iterator[Callable[[bytes], bytes | None]]:
        """Read through a snapshot."""
        with self._store.snapshot() as snapshot:
            yield snapshot.getter("state")

    def close(self) -> None:
        """Close the store."""
        self._store.close()


class Sqlite:
    """One table per name, keyed without row ids, write-ahead log, an fsync per transaction."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path / "sqlite.db", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA cache_size=-65536")
        for table in ("state", "buckets", "blocks"):
            self._connection.execute(
                f"CREATE TABLE {table} (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
            )

    def write(self, rows: Rows) -> None:
        """Make one batch durable."""
        self._connection.execute("BEGIN IMMEDIATE")
        for table, pairs in rows.items():
            self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", pairs)  # noqa: S608
        self._connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[Callable[[bytes], bytes | None]]:
        """Read within one transaction."""
        execute = self._connection.execute

        def read(key: bytes) -> bytes | None:
            row = execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
            return None if row is None else row[0]

        execute("BEGIN")
        yield read
        execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def run(
    sizes: Sequence[int] = (1_000, 10_000, 100_000, 1_000_000),
    blocks: Sequence[int] = (1, 16, 64, 200),
    repeats: int = 30,
) -> list[dict[str, Any]]:
    """Measure both engines; return one figure per engine, number of keys and transfers per block."""
    figures: list[dict[str, Any]] = []
    for keys in sizes:
        for kind in (Lmdb, Sqlite):
            with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as folder:
                engine = kind(Path(folder))
                figures += _measure(engine, keys, blocks, repeats)
                engine.close()
    return figures


def _measure(engine: Engine, keys: int, blocks: Sequence[int], repeats: int) -> list[dict[str, Any]]:
    chance = random.Random(1)  # noqa: S311 - repeatable load, no secret
    _fill(engine, keys, chance)
    read_us = _read_us(engine, keys, chance)
    figures = []
    for transfers in blocks:
        took_ms = sorted(_block_ms(engine, keys, transfers, chance) for _ in range(repeats))
        median_ms = statistics.median(took_ms)
        figures.append(
            {
                "engine": engine.name,
                "keys": keys,
                "transfers": transfers,
                "block_ms": round(median_ms, 3),
                "block_p90_ms": round(took_ms[int(repeats * 0.9)], 3),
                "us_per_transfer": round(median_ms * 1e3 / transfers, 1),
                "read_us": round(read_us, 2),
            }
        )
    return figures


def _fill(engine: Engine, keys: int, chance: random.Random) -> None:
    step = 50_000
    for start in range(0, keys, step):
        accounts = [
            (_account(index), chance.randbytes(VALUE_BYTES))
            for index in range(start, min(keys, start + step))
        ]
        engine.write({"state": accounts})
    full = min(keys, BUCKETS_PER_CONTRACT)
    engine.write({"buckets": [(_bucket(index), _bucket_value(keys, chance)) for index in range(full)]})


def _block_ms(engine: Engine, keys: int, transfers: int, chance: random.Random) -> float:
    touched = [_account(chance.randrange(keys)) for _ in range(2 * transfers)]
    rows = {
        "state": sorted(
            [(key, chance.randbytes(VALUE_BYTES)) for key in touched]
            + [(b"ledger\0seen/" + chance.randbytes(32).hex().encode(), b"ok") for _ in range(transfers)]
        ),
        "buckets": sorted(
            (_bucket(chance.randrange(BUCKETS_PER_CONTRACT)), _bucket_value(keys, chance))
            for _ in range(3 * transfers)
        ),
        "blocks": [(time.time_ns().to_bytes(8, "big"), chance.randbytes(transfers * TRANSACTION_BYTES))],
    }
    started = time.perf_counter()
    engine.write(rows)
    return (time.perf_counter() - started) * 1e3


def _read_us(engine: Engine, keys: int, chance: random.Random) -> float:
    wanted = [_account(chance.randrange(keys)) for _ in range(READS)]
    with engine.reading() as read:
        started = time.perf_counter()
        for key in wanted:
            read(key)
        return (time.perf_counter() - started) * 1e6 / READS


def _account(index: int) -> bytes:
    return f"accounts\0account/{index * 2654435761 % 2**32:08x}/free".encode()


def _bucket(index: int) -> bytes:
    return f"accounts.{index:04x}".encode()


def _bucket_value(keys: int, chance: random.Random) -> bytes:
    return chance.randbytes(32 + BUCKET_ENTRY_BYTES * max(1, keys // BUCKETS_PER_CONTRACT))


def show(figures: Sequence[dict[str, Any]]) -> None:
    """Print the figures as a table."""
    print(f"{'engine':8}{'keys':>10}{'transfers':>11}{'block ms':>10}{'p90 ms':>9}{'us/tx':>9}{'read us':>9}")
    for each in figures:
        print(
            f"{each['engine']:8}{each['keys']:>10}{each['transfers']:>11}{each['block_ms']:>10.2f}"
            f"{each['block_p90_ms']:>9.2f}{each['us_per_transfer']:>9.1f}{each['read_us']:>9.2f}"
        )


if __name__ == "__main__":
    show(run())
