"""A contract's own state: typed records under composite keys."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from wattloom.chaincode.api import keys
from wattloom.chaincode.api.codec import Record, decode, encode
from wattloom.chaincode.api.errors import InvalidArgument, NotFound
from wattloom.chaincode.api.overlay import Overlay

T = TypeVar("T", bound=Record)

MAX_VALUE_BYTES = 1 << 20
MAX_PAGE = 1_000


class Page(Record, Generic[T], frozen=True, kw_only=True):
    """Part of a range: the records, and the bookmark that asks for the rest (empty at the end)."""

    items: list[T]
    bookmark: str = ""


class State:
    """Typed reading and writing of one contract's records; the only way a rule touches the ledger."""

    def __init__(self, overlay: Overlay, contract: str, *, read_only: bool) -> None:
        self._overlay = overlay
        self._contract = contract
        self._read_only = read_only

    def find(self, key: str, kind: type[T]) -> T | None:
        """Return the record, or None where there is none."""
        value = self._overlay.get(self._contract, key)
        return None if value is None else decode(value, kind)

    def get(self, key: str, kind: type[T]) -> T:
        """Return the record; raise `NotFound`."""
        record = self.find(key, kind)
        if record is None:
            raise NotFound(key=f"{self._contract}:{key}")
        return record

    def exists(self, key: str) -> bool:
        """Tell whether there is a record."""
        return self._overlay.get(self._contract, key) is not None

    def put(self, key: str, record: Record) -> None:
        """Write a record."""
        value = encode(record)
        if len(value) > MAX_VALUE_BYTES:
            raise InvalidArgument(
                reason=f"{key} would hold {len(value)} bytes, the limit is {MAX_VALUE_BYTES}"
            )
        self._write(key, value)

    def delete(self, key: str) -> None:
        """Remove a record; removing what is not there is a bug of the caller."""
        if not self.exists(key):
            raise KeyError(f"{self._contract}:{key}")
        self._write(key, None)

    def range(self, kind: type[T], *parts: str) -> Iterator[tuple[str, T]]:
        """Yield key and record of everything below a partial key, in key order; no parts is everything."""
        start, stop = keys.prefix_range(*parts)
        for key, value in self._overlay.scan(self._contract, start, stop):
            yield key, decode(value, kind)

    def page(self, kind: type[T], *parts: str, limit: int, bookmark: str = "") -> Page[T]:
        """Return up to `limit` records below a partial key, after the bookmark of the page before."""
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidArgument(reason=f"limit is between 1 and {MAX_PAGE}")
        start, stop = keys.prefix_range(*parts)
        if len(bookmark) > keys.MAX_KEY_BYTES or (bookmark and not start <= bookmark < stop):
            raise InvalidArgument(reason="the bookmark belongs to another range")
        items: list[T] = []
        last = ""
        for key, value in self._overlay.scan(self._contract, bookmark + "\x00" if bookmark else start, stop):
            if len(items) == limit:
                return Page(items=items, bookmark=last)
            items.append(decode(value, kind))
            last = key
        return Page(items=items)

    def _write(self, key: str, value: bytes | None) -> None:
        if self._read_only:
            raise TypeError(f"a query writes {self._contract}:{key}")
        if not key or len(key) > keys.MAX_KEY_BYTES:
            raise ValueError(f"a key has 1 to {keys.MAX_KEY_BYTES} bytes: {key!r}")
        self._overlay.put(self._contract, key, value)
