"""Reading of committed state through a view of the store."""

from collections.abc import Iterator

from wattloom.network.state.history import stands
from wattloom.network.state.store import STATE
from wattloom.network.state.views import View

SEPARATOR = "\0"
"""Below every character of a contract's name, so that rows stand in the order of contract, then key."""


class StateReader:
    """Values by contract and key, as a view has them; it keeps the view open for as long as it lives.

    Rows that stand at no height yet are a restore that is not finished: they cannot be read.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._stands = stands(view)
        self._get = view.getter(STATE) if self._stands else _nothing

    def get(self, contract: str, key: str) -> bytes | None:
        """Return the value, or None."""
        return self._get(f"{contract}{SEPARATOR}{key}".encode())

    def scan(self, contract: str, start: str, stop: str) -> Iterator[tuple[str, bytes]]:
        """Yield keys and values of the half-open range in key order."""
        if not self._stands:
            return
        skipped = len(contract.encode()) + 1
        for raw, value in self._view.scan(STATE, state_key(contract, start), state_key(contract, stop)):
            yield raw[skipped:].decode(), value


def _nothing(_: bytes) -> None:
    return None


def state_key(contract: str, key: str) -> bytes:
    """Return the row of a contract's key."""
    return f"{contract}{SEPARATOR}{key}".encode()


def everything(view: View) -> Iterator[tuple[str, str, bytes]]:
    """Yield contract, key and value of the whole state in canonical order."""
    for raw, value in view.items(STATE):
        contract, _, key = raw.decode().partition(SEPARATOR)
        yield contract, key, value
