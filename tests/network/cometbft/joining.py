"""A ledger that offers snapshots, and a node that joins from one: the application's side of it, no engine."""

from dataclasses import dataclass
from pathlib import Path

from tests.network.application.bench import Bench
from tests.network.application.trials import WITH_TRIALS, Note
from wattloom.network.application import Application
from wattloom.network.cometbft.restoring import Answer, Applied, Offer
from wattloom.network.cometbft.snapshot_form import Head, SnapshotInfo, pack
from wattloom.network.cometbft.snapshots import Snapshots
from wattloom.network.state import Store
from wattloom.network.state.restore import Row
from wattloom.network.state.store import OWN_TABLES

GENESIS_HASH = b"\x07" * 32


def keeper(path: Path, store: Store, application: Application, **options) -> Snapshots:  # type: ignore[no-untyped-def]
    asked = {"genesis_hash": GENESIS_HASH, "every_blocks": 0, **options}
    return Snapshots(path, store, application, **asked)


def write_notes(bench: Bench, *names: str, size: int = 100):  # type: ignore[no-untyped-def]
    return bench.block(
        *(bench.sign("ann", "trials:write", Note(name=name, text="x" * size)) for name in names)
    )


@dataclass
class Offered:
    """A snapshot as its peers hand it out."""

    info: SnapshotInfo
    chunks: list[bytes]
    app_hash: bytes

    @classmethod
    def by(cls, snapshots: Snapshots, bench: Bench) -> "Offered":
        """Take one of the ledger's last height."""
        info = snapshots.take()
        chunks = [snapshots.load_chunk(info.height, info.format, index) for index in range(info.chunks)]
        return cls(info, chunks, bench.application.info().app_hash)

    @classmethod
    def made_of(cls, honest: "Offered", chunks: list[list[Row]], **head) -> "Offered":  # type: ignore[no-untyped-def]
        """Forge one whose hashes fit its rows."""
        packed = [pack(rows) for rows in chunks]
        told = honest.info.head()
        forged = Head(
            block_time_s=head.get("block_time_s", told.block_time_s),
            contracts=head.get("contracts", told.contracts),
            chunk_hashes=b"".join(chunk_hash for chunk_hash, _ in packed),
        )
        info = SnapshotInfo.of(honest.info.height, forged)
        return cls(info, [chunk for _, chunk in packed], honest.app_hash)


class Joiner:
    """A node that has nothing yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open()

    def open(self) -> None:
        self.store = Store(self.path / "state", durable=False)
        self.application = Application(self.store, rules=WITH_TRIALS)
        self.snapshots = keeper(self.path / "snapshots", self.store, self.application)

    def close(self) -> None:
        self.snapshots.close()
        self.store.close()

    def open_again(self) -> None:
        self.close()
        self.open()

    def offer(self, offered: Offered) -> Offer:
        return self.snapshots.offer(offered.info, offered.app_hash)

    def apply(self, offered: Offered) -> list[Applied]:
        """Take chunks until one is not accepted."""
        answers = []
        for index, chunk in enumerate(offered.chunks):
            answers.append(self.snapshots.apply(index, chunk, "peer"))
            if answers[-1].answer is not Answer.ACCEPT:
                break
        return answers

    def join(self, offered: Offered) -> None:
        assert self.offer(offered) is Offer.ACCEPT
        assert {each.answer for each in self.apply(offered)} == {Answer.ACCEPT}

    def rows(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with self.store.snapshot() as view:
            return {table: view.count(table) for table in OWN_TABLES}
