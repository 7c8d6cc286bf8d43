"""A ledger that is killed again and again, and what must hold after each time."""

import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.network.community import Community, Waiter
from tests.network.crash.books import Books
from wattloom.chaincode.accounts.records import Party
from wattloom.chaincode.installed import CONTRACTS
from wattloom.network.refusals import DuplicateTransaction
from wattloom.network.solo import LedgerFolder, SoloEngine
from wattloom.network.solo.blocks import TABLES
from wattloom.network.solo.verify import verify_ledger
from wattloom.network.state import Store, WorldState
from wattloom.network.transactions import SignedTransaction
from wattloom.network.transactions import decode as decode_transaction

ACCOUNTS = tuple(f"home-{number}" for number in range(6))
REPOSITORY = Path(__file__).parents[3]
VALID_FOR_S = 500
STALE_ORDERS = 3
READY_WITHIN_S = 60


@dataclass(frozen=True)
class Ack:
    """What the killed process told the world about a transaction."""

    tx_id: bytes
    height: int
    index: int
    status: int


@dataclass(frozen=True)
class Crash:
    """What was sent to a process, and the lines that it got out before it ended."""

    load: list[SignedTransaction]
    lines: list[str]
    exit_code: int

    @property
    def acks(self) -> list[Ack]:
        found = [line.split()[1:] for line in self.lines if line.startswith("ack ")]
        return [Ack(bytes.fromhex(each[0]), *map(int, each[1:])) for each in found]

    def said(self, word: str) -> list[str]:
        """Return the words after the only line that begins with this one."""
        (found,) = [line.split()[1:] for line in self.lines if line.startswith(f"{word} ")]
        return found


class Trial:
    """One ledger, the load that it is put under, and everything that it has ever acknowledged."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.draw = random.Random(seed)
        self.community = Community()
        self.folder = self.community.create_ledger(path / "ledger", accounts=ACCOUNTS)
        self.acknowledged: dict[bytes, Ack] = {}
        self._newcomers = 0
        with SoloEngine(self.folder) as engine:
            self._deliver(engine, [self._transfer(name, introduce=True) for name in ACCOUNTS])

    def make_load(self, count: int) -> list[SignedTransaction]:
        """Sign transfers, some beyond the payer's means, and a few openings by members not seen before."""
        return [
            self._opening() if number % 40 == 7 else self._transfer(self.draw.choice(ACCOUNTS))
            for number in range(count)
        ]

    def _transfer(self, name: str, *, introduce: bool = False) -> SignedTransaction:
        return self.community.draw_transfer(
            self.draw, name, ACCOUNTS, introduce=introduce, valid_for_s=VALID_FOR_S
        )

    def _opening(self) -> SignedTransaction:
        self._newcomers += 1
        name = f"new-{self._newcomers}"
        wish = Party(party_id=self.community.party(name))
        return self.community.sign(name, "accounts:open", wish, valid_for_s=VALID_FOR_S)

    def crash(
        self,
        load: list[SignedTransaction],
        *options: str,
        after_s: float | None = None,
        from_start: bool = False,
        environment: Mapping[str, str] | None = None,
        on_ack: tuple[int, Path, str] | None = None,
    ) -> Crash:
        """Run a victim under the load; kill it after so much work, or let it end by itself.

        `from_start` counts from its birth instead. `on_ack` writes a text into a file once so many
        acknowledgements were heard.
        """
        load_path = self.path / "load"
        load_path.write_text("\n".join(tx.raw.hex() for tx in load))
        command = [sys.executable, "-m", "tests.network.crash.victim", self.folder.path, load_path, *options]
        complaints = self.path / "stderr"
        with (
            complaints.open("wb") as stderr,
            subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env={**os.environ, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=stderr,
            ) as victim,
        ):
            lines = _listen(victim, after_s=after_s, from_start=from_start, on_ack=on_ack)
        assert victim.returncode in (0, -signal.SIGKILL), complaints.read_text()
        crash = Crash(load, lines, victim.returncode)
        self.acknowledged |= {ack.tx_id: ack for ack in crash.acks}
        return crash

    def examine(self, folder: LedgerFolder | None = None) -> Books:
        """Check what is stored: all that was acknowledged is there, once, and everything is consistent."""
        with (
            Store((folder or self.folder).data_path, tables=TABLES, read_only=True) as store,
            store.snapshot() as view,
        ):
            WorldState(store, sorted({"ledger", *CONTRACTS})).check()
            books = Books.of(view, self.community, ACCOUNTS)
            books.check(view)
        for ack in self.acknowledged.values():
            assert books.places.get(ack.tx_id) == (ack.height, ack.index, ack.status), (
                "an acknowledged one is lost"
            )
        return books

    def send_again(self, crash: Crash, folder: LedgerFolder | None = None) -> None:
        """Send the load again: what is there is answered from the record, the rest executes once."""
        with SoloEngine(folder or self.folder) as engine:
            known = [tx for tx in crash.load if engine.committed(tx.tx_id)]
            answers = {tx.tx_id: engine.committed(tx.tx_id) for tx in known}
            for tx in known:
                with pytest.raises(DuplicateTransaction):
                    engine.check(tx.raw)
            stale = self.draw.sample(known, min(STALE_ORDERS, len(known)))
            self._deliver(engine, [tx for tx in crash.load if tx not in known], dropped=stale)
            assert {tx.tx_id: engine.committed(tx.tx_id) for tx in known} == answers
            found = [engine.committed(tx.tx_id) for tx in crash.load]
        places = self.examine(folder).places
        assert {each.tx_id: (each.height, each.index, each.status) for each in found if each} == {
            tx.tx_id: places[tx.tx_id] for tx in crash.load
        }

    def survive(self, crash: Crash, folder: LedgerFolder | None = None) -> None:
        """Check everything that must hold after a crash."""
        self.examine(folder)
        self.send_again(crash, folder)

    def verify(self, folder: LedgerFolder | None = None) -> None:
        """Let the product's own auditor execute the whole chain again."""
        (folder or self.folder).genesis()
        verify_ledger(folder or self.folder)

    def copy_to(self, path: Path) -> LedgerFolder:
        """Copy the folder as it stands."""
        shutil.copytree(self.folder.path, path)
        return LedgerFolder(path)

    def _deliver(
        self, engine: SoloEngine, load: Sequence[SignedTransaction], dropped: Iterable[SignedTransaction] = ()
    ) -> None:
        waiter = Waiter(engine)
        for tx in dropped:
            engine.order(
                decode_transaction(tx.raw)
            )  # as if it had been checked before the other one committed
        for tx in load:
            engine.order(engine.check(tx.raw))
        for tx in dropped:
            refusal = waiter.block_where(lambda block, tx=tx: tx.tx_id in block.dropped).dropped[tx.tx_id]
            assert isinstance(refusal, DuplicateTransaction)
        for tx in load:
            waiter.block_where(
                lambda block, tx=tx: any(each.tx_id == tx.tx_id for each in block.record.results)
            )
        waiter.end()


def _listen(
    victim: "subprocess.Popen[bytes]",
    *,
    after_s: float | None,
    from_start: bool,
    on_ack: tuple[int, Path, str] | None,
) -> list[str]:
    assert victim.stdout is not None
    lines: list[str] = []
    if not from_start:
        assert select.select([victim.stdout], [], [], READY_WITHIN_S)[0], "the victim does not start"
        lines.append(victim.stdout.readline().decode())
    if after_s is not None:
        time.sleep(after_s)  # the instant of a kill is the one thing here that is to be arbitrary
        victim.kill()
    for line in victim.stdout:
        lines.append(line.decode())
        if on_ack is not None and sum(each.startswith("ack ") for each in lines) == on_ack[0]:
            on_ack[1].write_text(on_ack[2])
        if lines[-1] == "idle\n":
            victim.kill()
    return [line for line in lines if line.endswith("\n")]
