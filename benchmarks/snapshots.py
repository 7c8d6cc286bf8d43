"""What a snapshot costs: taking it, its size, and taking it over; each step in a process of its own.

Values of about 150 bytes of JSON in one contract. Memory is what a step needs beside the pages of the store.
"""

import multiprocessing
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from wattloom.chaincode.api.codec import encode
from wattloom.network.application import Application
from wattloom.network.application.application import BLOCK_TIME
from wattloom.network.cometbft.restoring import Answer, Offer
from wattloom.network.cometbft.snapshots import Snapshots
from wattloom.network.state import META, Store, WorldState

FILL_STEP = 50_000
SAMPLE_S = 0.01


def run(sizes: Sequence[int] = (100_000, 1_000_000)) -> list[dict[str, Any]]:
    """Measure; return one figure per number of keys."""
    figures = []
    for keys in sizes:
        with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as name:
            folder = Path(name)
            _apart(_fill, folder, keys)
            figures.append({"keys": keys, **_apart(_take, folder, keys), **_apart(_restore, folder, keys)})
    return figures


def _apart(step: Callable[[Path, int], dict[str, Any]], folder: Path, keys: int) -> dict[str, Any]:
    """Run a step in a fresh process, and return what it found."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(step, (folder, keys))


def _fill(folder: Path, keys: int) -> dict[str, Any]:
    chance = random.Random(1)  # noqa: S311 - repeatable load, no secret
    with Store(folder / "source", durable=False) as store:
        world = WorldState(store, Application(store).rules.stores)
        for first in range(0, keys, FILL_STEP):
            numbers = range(first, min(keys, first + FILL_STEP))
            changes = {"accounts": {_key(number): _value(chance, number) for number in numbers}}
            prepared = world.prepare(changes, height=world.height + 1)  # type: ignore[arg-type]
            with store.batch() as batch:
                world.commit(batch, prepared)
                batch.put(META, BLOCK_TIME, encode(1_700_000_000))
    return {}


def _take(folder: Path, _: int) -> dict[str, Any]:
    with Store(folder / "source") as store:
        snapshots = _snapshots(folder / "kept", store)
        with _Memory() as memory:
            started, computed = time.perf_counter(), time.process_time()
            info = snapshots.take()
            took_s, cpu_s = time.perf_counter() - started, time.process_time() - computed
        size_bytes = sum(file.stat().st_size for file in (folder / "kept" / str(info.height)).iterdir())
    return {
        "chunks": info.chunks,
        "snapshot_mb": round(size_bytes / 1e6, 1),
        "take_s": round(took_s, 1),
        "take_cpu_s": round(cpu_s, 1),
        "take_memory_mb": memory.grown_mb,
    }


def _restore(folder: Path, _: int) -> dict[str, Any]:
    with Store(folder / "source") as store:
        source, root = _snapshots(folder / "kept", store), Application(store).info().app_hash
    [info] = source.list()
    with Store(folder / "joined") as store, _Memory() as memory:
        snapshots = _snapshots(folder / "none", store)
        times, computed = [time.perf_counter()], time.process_time()
        _require(snapshots.offer(info, root) is Offer.ACCEPT)
        for index in range(info.chunks):
            chunk = source.load_chunk(info.height, info.format, index)
            _require(snapshots.apply(index, chunk, "peer").answer is Answer.ACCEPT)
            times.append(time.perf_counter())
        cpu_s = time.process_time() - computed
        size_bytes = (folder / "joined" / "data.mdb").stat().st_size
    return {
        "restore_s": round(times[-1] - times[0], 1),
        "restore_cpu_s": round(cpu_s, 1),
        "last_chunk_s": round(times[-1] - times[-2], 1),
        "restore_memory_mb": memory.grown_mb,
        "store_mb": round(size_bytes / 1e6),
    }


def _snapshots(folder: Path, store: Store) -> Snapshots:
    return Snapshots(folder, store, Application(store), genesis_hash=bytes(32), every_blocks=0)


def _require(holds: bool) -> None:
    if not holds:
        raise RuntimeError("the snapshot was not taken over")


def _key(number: int) -> str:
    return f"account/{number * 2654435761 % 2**32:08x}/free"


def _value(chance: random.Random, number: int) -> bytes:
    owner, amount_nano = chance.randbytes(20).hex(), chance.randrange(10**12)
    start_s = 1_700_000_000 + number
    return (
        f'{{"free_nano":{amount_nano},"held_nano":{number},"owner":"{owner}","slot_start_s":{start_s},'
        '"unit":"nano","version":1}'
    ).encode()


class _Memory:
    """Watches how far the process grows while it is open, leaving out what it maps of files."""

    def __enter__(self) -> "_Memory":
        self._before_kb = self._highest_kb = _anonymous_kb()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def grown_mb(self) -> int:
        """Return by how much."""
        return round((self._highest_kb - self._before_kb) / 1e3)

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_S):
            self._highest_kb = max(self._highest_kb, _anonymous_kb())


def _anonymous_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


if __name__ == "__main__":
    for figure in run():
        print(figure)
