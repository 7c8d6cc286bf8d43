"""What auditing is under both engines: a chain is executed again, and compared with what is stored."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from wattloom.network.chain.genesis import Genesis
from wattloom.network.state import Snapshot, Store
from wattloom.network.state.store import OWN_TABLES

Progress = Callable[[int, int], None]
"""Is told the heights done and to do."""


class LedgerRejected(Exception):
    """The ledger is not what its genesis and its signed transactions make of it: the first difference."""

    def __init__(self, *, height: int, what: str) -> None:
        super().__init__(f"height {height}: {what}")
        self.height, self.what = height, what


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found to hold; `unseen` names what there was nothing to compare with."""

    chain_id: str
    genesis_hash: bytes
    height: int
    transactions: int
    app_hash: bytes
    unseen: tuple[str, ...] = ()


def require_trusted(genesis: Genesis, trusted_hash: bytes | None) -> None:
    """Raise `LedgerRejected` unless the genesis is the one that the auditor trusts, where one is named."""
    if trusted_hash is not None and genesis.hash != trusted_hash:
        raise LedgerRejected(height=0, what=f"the genesis hash is {genesis.hash.hex()}, not the trusted one")


@contextmanager
def scratch_store(tables: Sequence[str]) -> Iterator[Store]:
    """Give a new store for the replay, and remove it afterwards."""
    with (
        TemporaryDirectory(prefix="wattloom-verify-") as path,
        Store(Path(path) / "data", tables=tables, durable=False) as store,
    ):
        yield store


def compare_stores(stored: Snapshot, scratch: Store, tables: Sequence[str], *, height: int) -> None:
    """Raise `LedgerRejected` at the first row of the state or of `tables` that the replay has otherwise."""
    with scratch.snapshot() as expected:
        for table in (*OWN_TABLES, *tables):
            _compare_table(table, stored.items(table), expected.items(table), height)


def _compare_table(
    table: str, stored: Iterator[tuple[bytes, bytes]], expected: Iterator[tuple[bytes, bytes]], height: int
) -> None:
    """Walk both tables side by side in key order; raise at the first row that is not the same."""
    for found, wanted in zip_longest(stored, expected):
        if found == wanted:
            continue
        if wanted is None or (found is not None and found[0] < wanted[0]):
            row, what = found, "is foreign"
        elif found is None or found[0] > wanted[0]:
            row, what = wanted, "is missing"
        else:
            row, what = found, "was altered"
        raise LedgerRejected(height=height, what=f"table {table}: the row {row[0]!r} {what}")
