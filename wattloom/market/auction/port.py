"""A member's way to a ledger, as agents use it: `AsyncClient`, or a ledger in memory."""

from collections.abc import AsyncIterator
from typing import Protocol, TypeVar

from wattloom.chaincode.api import Record
from wattloom.network.client import Event, Receipt

T = TypeVar("T", bound=Record)


class Port(Protocol):
    """Submits and asks with one member's key."""

    async def submit(self, function: str, arguments: Record, result_type: type[T], /) -> Receipt[T]:
        """Submit a transaction and return its receipt; raise `Refused` or another `ClientError`."""
        ...

    async def evaluate(self, function: str, arguments: Record, result_type: type[T], /) -> T:
        """Run a query on committed state; raise `Refused` or another `ClientError`."""
        ...

    def events(self, from_height: int, /, *, contract: str, name: str) -> AsyncIterator[Event]:
        """Yield a contract's events of a name from a height on, without end."""
        ...


class Clock(Protocol):
    """The ledger's time, which the rounds of a market are held by."""

    async def wait_until(self, time_s: int, /) -> None:
        """Return once block time has come to `time_s`, Unix seconds."""
        ...
