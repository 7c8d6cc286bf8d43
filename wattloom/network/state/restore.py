"""A whole state from outside, row by row: nothing of it can be read until its root was found right.

The rows come in canonical order and are written as they come, through many transactions, behind a mark; while
that stands, or after a crash before the end, there is no state. The buckets follow when all rows are there.
Memory is needed for the keys of one pass over the rows, not for all of them.
"""

from collections.abc import Callable, Iterator, Sequence

from wattloom.chaincode.api.state import MAX_VALUE_BYTES
from wattloom.network import failpoints
from wattloom.network.state.buckets import (
    BUCKET_BITS,
    BUCKETS_PER_CONTRACT,
    Bucket,
    bucket_of,
    encode,
    leaf_hash,
    store_name,
)
from wattloom.network.state.errors import RestoreRejected, StateInUse
from wattloom.network.state.forest import Forest, plant, root_over
from wattloom.network.state.history import Standing, read_standing, write_step
from wattloom.network.state.reader import SEPARATOR
from wattloom.network.state.store import BUCKETS, META, OWN_TABLES, STATE, Store
from wattloom.network.state.views import MAX_KEY_BYTES, Batch, View

KEYS_AT_ONCE = 1 << 18
"""How many keys, on average, one pass over a contract's rows puts into buckets: about 40 MB of them."""

Row = tuple[str, str, bytes]
"""Contract, key, value."""

_UNFINISHED = b"state/unfinished_restore"
_RESTORED_HEIGHT = b"state/restored_height"


class Restore:
    """A state that is being taken over; `contracts` are those whose rows it has and its root covers.

    It begins with an empty store, whatever that held.

    Raises
    ------
    StateInUse : the store holds blocks that were executed here
    """

    def __init__(self, store: Store, contracts: tuple[str, ...]) -> None:
        self._store = store
        self._contracts = contracts
        self._counts = dict.fromkeys(contracts, 0)
        self._last = b""
        with store.batch() as batch:
            _require_replaceable(batch)
            _empty(batch)
            batch.put(META, _UNFINISHED, b"")
        failpoints.reach("restore begun")

    def add(self, rows: Sequence[Row]) -> None:
        """Write rows that follow the ones before in canonical order.

        Raises
        ------
        RestoreRejected : they do not, or are no rows of these contracts; nothing of them was written
        """
        encoded = [self._encode(contract, key, value) for contract, key, value in rows]
        with self._store.batch() as batch:
            batch.append(STATE, encoded)
        for contract, _, _ in rows:
            self._counts[contract] += 1
        failpoints.reach("rows restored")

    def finish(
        self, height: int, root: bytes, known: Sequence[str], also: Callable[[Batch], None]
    ) -> tuple[Standing, Forest]:
        """Make the rows the state of a height, together with what `also` writes; return its trees.

        Raises
        ------
        RestoreRejected : the rows do not make this root
        """
        for contract in self._contracts:
            self._write_buckets(contract)
        failpoints.reach("buckets restored")
        with self._store.snapshot() as view:
            forest = plant(known, view.items(BUCKETS))
        standing = Standing(height, root, self._contracts)
        if root_over(forest, self._contracts) != root:
            raise RestoreRejected(f"its rows do not make the state root of height {height}")
        with self._store.batch() as batch:
            write_step(batch, standing, None, kept_heights=0)
            batch.put(META, _RESTORED_HEIGHT, b"%d" % height)
            batch.delete(META, _UNFINISHED)
            also(batch)
            failpoints.reach("restore written")
        return standing, forest

    def abandon(self) -> None:
        """Leave an empty store."""
        with self._store.batch() as batch:
            _empty(batch)

    def _encode(self, contract: str, key: str, value: bytes) -> tuple[bytes, bytes]:
        if contract not in self._counts:
            raise RestoreRejected(f"there is no contract {contract[:40]!r} under its root")
        row = f"{contract}{SEPARATOR}{key}".encode()
        if len(row) > MAX_KEY_BYTES or len(value) > MAX_VALUE_BYTES:
            raise RestoreRejected(f"{contract}:{key[:40]}... is longer than a key or value may be")
        if row <= self._last:
            raise RestoreRejected(f"{contract}:{key[:40]} is not in order")
        self._last = row
        return row, value

    def _write_buckets(self, contract: str) -> None:
        passes = _passes(self._counts[contract])
        for number in range(passes):
            with self._store.snapshot() as view:
                buckets = _collect(view, contract, number, passes)
            with self._store.batch() as batch:
                batch.append(BUCKETS, _records(contract, buckets))


def discard_unfinished(store: Store) -> None:
    """Empty a store whose restore was interrupted."""
    with store.snapshot() as view:
        unfinished = view.get(META, _UNFINISHED) is not None
    if unfinished:
        with store.batch() as batch:
            _empty(batch)


def _require_replaceable(view: View) -> None:
    """Refuse to lose anything but the genesis state or a restored one, which their sources have still."""
    standing = read_standing(view)
    if standing is None or standing.height == 0:
        return
    if view.get(META, _RESTORED_HEIGHT) != b"%d" % standing.height:
        raise StateInUse(standing.height)


def _empty(batch: Batch) -> None:
    for table in OWN_TABLES:
        batch.clear(table)


def _passes(keys: int) -> int:
    """Return a power of two, so that each pass has the same number of whole buckets."""
    return min(BUCKETS_PER_CONTRACT, 1 << (keys // KEYS_AT_ONCE).bit_length())


def _collect(view: View, contract: str, number: int, passes: int) -> dict[int, Bucket]:
    """Return the buckets of one pass; keys come in their order, so they are appended."""
    stem = contract.encode() + SEPARATOR.encode()
    buckets: dict[int, Bucket] = {}
    for row, value in view.scan(STATE, stem, contract.encode() + b"\x01"):
        key = row[len(stem) :]
        at = bucket_of(key)
        if at * passes >> BUCKET_BITS == number:
            bucket = buckets.setdefault(at, Bucket([], b""))
            bucket.keys.append(key)
            bucket.hashes += leaf_hash(key, value)
    return buckets


def _records(contract: str, buckets: dict[int, Bucket]) -> Iterator[tuple[bytes, bytes]]:
    for number in sorted(buckets):
        record = encode(buckets.pop(number))
        if record is not None:
            yield store_name(contract, number), record
