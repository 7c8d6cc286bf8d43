"""The stub below a context: readers of committed bytes, and overlays that hold writes until they count."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Protocol


class Reader(Protocol):
    """Committed or pending bytes by contract and key."""

    def get(self, contract: str, key: str) -> bytes | None:
        """Return the value, or None."""
        ...

    def scan(self, contract: str, start: str, stop: str) -> Iterator[tuple[str, bytes]]:
        """Yield keys and values of the half-open range in key order."""
        ...


class Overlay:
    """Writes over a reader, visible through it at once and dropped or merged as a whole.

    `changes` maps contract to key to the new value, None where the key is deleted.
    """

    def __init__(self, base: Reader) -> None:
        self.base = base
        self.changes: dict[str, dict[str, bytes | None]] = {}

    def get(self, contract: str, key: str) -> bytes | None:
        """Return the pending value, else the one below."""
        pending = self.changes.get(contract)
        if pending is not None and key in pending:
            return pending[key]
        return self.base.get(contract, key)

    def put(self, contract: str, key: str, value: bytes | None) -> None:
        """Write a value; None deletes."""
        self.changes.setdefault(contract, {})[key] = value

    def scan(self, contract: str, start: str, stop: str) -> Iterator[tuple[str, bytes]]:
        """Merge the pending writes into the range below."""
        pending = self.changes.get(contract, {})
        fresh = sorted(key for key in pending if start <= key < stop)
        at = 0
        for key, value in self.base.scan(contract, start, stop):
            while at < len(fresh) and fresh[at] < key:
                yield from self._present(pending, fresh[at])
                at += 1
            if at < len(fresh) and fresh[at] == key:
                yield from self._present(pending, key)
                at += 1
            else:
                yield key, value
        for key in fresh[at:]:
            yield from self._present(pending, key)

    @staticmethod
    def _present(pending: dict[str, bytes | None], key: str) -> Iterator[tuple[str, bytes]]:
        value = pending[key]
        if value is not None:
            yield key, value

    def merge_into(self, below: "Overlay") -> None:
        """Hand every write to the overlay below."""
        for contract, pending in self.changes.items():
            below.changes.setdefault(contract, {}).update(pending)


class MemoryReader:
    """A reader over a dictionary, for tests and simulations that need no engine.

    Keys are kept in order, so that a range costs its own size and not that of the whole state.
    """

    def __init__(self) -> None:
        self.values: dict[str, dict[str, bytes]] = {}
        self._keys: dict[str, list[str]] = {}

    def get(self, contract: str, key: str) -> bytes | None:
        """Return the value, or None."""
        return self.values.get(contract, {}).get(key)

    def scan(self, contract: str, start: str, stop: str) -> Iterator[tuple[str, bytes]]:
        """Yield the range in key order."""
        values, ordered = self.values.get(contract, {}), self._keys.get(contract, [])
        for key in ordered[bisect_left(ordered, start) : bisect_left(ordered, stop)]:
            yield key, values[key]

    def apply(self, changes: dict[str, dict[str, bytes | None]]) -> None:
        """Take over an overlay's changes."""
        for contract, pending in changes.items():
            values, ordered = self.values.setdefault(contract, {}), self._keys.setdefault(contract, [])
            for key, value in pending.items():
                if value is not None:
                    if key not in values:
                        insort(ordered, key)
                    values[key] = value
                elif values.pop(key, None) is not None:
                    del ordered[bisect_left(ordered, key)]
