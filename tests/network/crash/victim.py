"""The process that crash tests kill: a solo ledger under load that says what it has acknowledged.

Its lines: `ready`; `ack ID HEIGHT INDEX STATUS` for each transaction of a block that the engine announced;
`at NAME HEIGHT`, with the last committed height, just before it kills itself; `stopped REASON THEN HEIGHT`
when the ledger has stopped itself: why, what it answers from then on, where it stands; `idle` when all is
acknowledged.
"""

import argparse
import os
import resource
import signal
import threading
from pathlib import Path

from wattloom.network import failpoints
from wattloom.network.engine import EngineStopped, NewBlock
from wattloom.network.solo import LedgerFolder, SoloEngine
from wattloom.network.solo.blocks import TABLES
from wattloom.network.state import Store

PATIENCE_S = 60


class SloppyFolder(LedgerFolder):
    """A ledger whose store leaves out every sync: what the tests must find fault with."""

    def open_store(self) -> Store:
        return Store(self.data_path, tables=TABLES, durable=False)


class Load:
    """Keeps a number of transactions under way and says when each is acknowledged."""

    def __init__(self, engine: SoloEngine, raws: list[bytes], in_flight: int) -> None:
        self._engine = engine
        self._raws = raws
        self._room = threading.Semaphore(in_flight)
        self._open = len(raws)
        self._done = threading.Event()
        engine.follow(self._acknowledge)

    def run(self) -> None:
        for raw in self._raws:
            assert self._room.acquire(timeout=PATIENCE_S)
            self._engine.order(self._engine.check(raw))
        assert self._done.wait(PATIENCE_S)
        say("idle")

    def _acknowledge(self, block: NewBlock) -> None:
        results = block.record.results
        for index, result in enumerate(results):
            say(f"ack {result.tx_id.hex()} {block.height} {index} {result.status}")
        self._open -= len(results)
        self._room.release(len(results)) if results else None
        if self._open == 0:
            self._done.set()


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def die_at(engine: SoloEngine, name: str, nth: int) -> None:
    """Kill this process when it reaches a failpoint for the n-th time from now."""
    left = nth

    def reached(point: str) -> None:
        nonlocal left
        left -= point == name
        if left == 0:
            say(f"at {name} {engine.latest()[0]}")
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.listen(reached)


def limit_growth(data_path: Path, bytes_more: int) -> None:
    """Let no file of this process grow much beyond what the store's has now."""
    size = (data_path / "data.mdb").stat().st_size + bytes_more
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def run_until_stopped(engine: SoloEngine, load: Load) -> None:
    """Run the load until the ledger gives up, and say how it behaves then."""
    threading.Thread(target=load.run, daemon=True).start()
    engine._thread.join(PATIENCE_S)
    probe = engine._queue and next(iter(engine._queue.values()))
    try:
        engine.order(probe)
    except EngineStopped:
        say(f"stopped {type(engine._failure).__name__} EngineStopped {engine.latest()[0]}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("load", type=Path, help="signed transactions, one per line, hexadecimal")
    parser.add_argument("--in-flight", type=int, default=24)
    parser.add_argument("--die-at", help="a failpoint")
    parser.add_argument("--nth", type=int, default=1)
    parser.add_argument("--sloppy", action="store_true")
    parser.add_argument("--until-stopped", action="store_true")
    parser.add_argument("--limit-growth", type=int)
    asked = parser.parse_args()
    raws = [bytes.fromhex(line) for line in asked.load.read_text().split()]
    folder = (SloppyFolder if asked.sloppy else LedgerFolder)(asked.folder)
    with SoloEngine(folder) as engine:
        load = Load(engine, raws, asked.in_flight)
        if asked.die_at:
            die_at(engine, asked.die_at, asked.nth)
        if asked.limit_growth is not None:
            limit_growth(folder.data_path, asked.limit_growth)
        say("ready")
        if asked.until_stopped:
            run_until_stopped(engine, load)
        else:
            load.run()
            signal.pause()


if __name__ == "__main__":
    main()
