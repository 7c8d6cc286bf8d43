"""Views of a store's tables: snapshots that read, and the batch that also writes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import lmdb

from wattloom.chaincode.api.errors import MachineFault

if TYPE_CHECKING:
    Transaction = lmdb.Transaction[bytes]
    Handles = Mapping[str, lmdb._Database]  # noqa: SLF001 - the engine's public functions return it

MAX_KEY_BYTES = 511
"""LMDB's limit for a key."""


class View:
    """Tables as they stand at one moment."""

    def __init__(
        self, transaction: "Transaction", handles: "Handles", fault: Callable[[lmdb.Error], MachineFault]
    ) -> None:
        self._transaction = transaction
        self._handles = handles
        self._fault = fault

    def getter(self, table: str) -> Callable[[bytes], bytes | None]:
        """Return the reading of one table as a function of the key alone, for hot paths."""
        get, handle, fault = self._transaction.get, self._handles[table], self._fault

        def read(key: bytes) -> bytes | None:
            try:
                return get(key, None, handle)
            except lmdb.BadValsizeError:  # no key of this length can be stored
                return None
            except lmdb.Error as error:
                raise fault(error) from error

        return read

    def get(self, table: str, key: bytes) -> bytes | None:
        """Return the value, or None."""
        return self.getter(table)(key)

    def scan(self, table: str, start: bytes, stop: bytes | None = None) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys and values of the half-open range in key order; without `stop` up to the table's end."""
        try:
            with self._transaction.cursor(self._handles[table]) as cursor:
                if not cursor.set_range(start[:MAX_KEY_BYTES]):
                    return
                for key, value in cursor:
                    if stop is not None and key >= stop:
                        return
                    if key >= start:
                        yield key, value
        except lmdb.Error as error:
            raise self._fault(error) from error

    def items(self, table: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield a whole table in key order."""
        return self.scan(table, b"")

    def count(self, table: str) -> int:
        """Return the number of a table's rows."""
        return self._transaction.stat(self._handles[table])["entries"]


class Snapshot(View):
    """A consistent view for reading; it ends when it is closed or nobody refers to it any more."""

    is_open = True

    def close(self) -> None:
        """End the view."""
        self._transaction.abort()
        self.is_open = False

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Batch(View):
    """Writes that become durable and visible together, or not at all; it reads its own writes."""

    def __init__(
        self, transaction: "Transaction", handles: "Handles", fault: Callable[[lmdb.Error], MachineFault]
    ) -> None:
        super().__init__(transaction, handles, fault)
        self.callbacks: list[Callable[[], None]] = []

    def put(self, table: str, key: bytes, value: bytes) -> None:
        """Write a value."""
        try:
            self._transaction.put(key, value, db=self._handles[table])
        except lmdb.Error as error:
            raise self._fault(error) from error

    def delete(self, table: str, key: bytes) -> None:
        """Remove a key, if it is there."""
        try:
            self._transaction.delete(key, db=self._handles[table])
        except lmdb.Error as error:
            raise self._fault(error) from error

    def append(self, table: str, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Write rows that stand in key order behind every row of the table; many cost little."""
        try:
            with self._transaction.cursor(self._handles[table]) as cursor:
                given, added = cursor.putmulti(rows, append=True)
        except lmdb.Error as error:
            raise self._fault(error) from error
        if added != given:
            raise ValueError(f"{table}: {given - added} rows are not in key order behind the others")

    def clear(self, table: str) -> None:
        """Remove every row."""
        try:
            self._transaction.drop(self._handles[table], delete=False)
        except lmdb.Error as error:
            raise self._fault(error) from error

    def on_durable(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the batch is durable, before the next one begins."""
        self.callbacks.append(callback)
