"""Where a stream stands, so that a broken one goes on elsewhere with nothing missed or told twice."""

from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message

from wattloom.network.client import _records as records
from wattloom.network.client._border import Failure, Fate
from wattloom.network.client._budget import Budget
from wattloom.network.client._records import Event, LedgerBlock
from wattloom.network.client.errors import NotAnswered, Refused
from wattloom.network.wire import gateway_pb2 as wire

T_co = TypeVar("T_co", covariant=True)


class Cursor(Protocol[T_co]):
    """One stream's method, the request that goes on from here, and what of its messages is new."""

    @property
    def method(self) -> str:
        """The name of the method."""
        ...

    def request(self) -> Message:
        """Return the request that goes on from here."""
        ...

    def accept(self, message: Any, /) -> T_co | None:  # noqa: ANN401 - of the method's type
        """Move on over a message and return it, or None where it was told before."""
        ...


class EventCursor:
    """Events go by height and their place in the block."""

    method = "Events"

    def __init__(self, from_height: int, *, contract: str, name: str) -> None:
        self._last = (from_height, -1)
        self._contract, self._name = contract, name

    def request(self) -> wire.EventsRequest:
        return wire.EventsRequest(from_height=self._last[0], contract=self._contract, name=self._name)

    def accept(self, message: wire.EventsResponse) -> Event | None:
        at = (message.height, message.sequence)
        if at <= self._last:
            return None
        self._last = at
        return records.event(message)


class BlockCursor:
    """Blocks go by height."""

    method = "Blocks"

    def __init__(self, from_height: int, *, to_height: int) -> None:
        self._next = from_height
        self._to_height = to_height

    def request(self) -> wire.BlocksRequest:
        return wire.BlocksRequest(from_height=self._next, to_height=self._to_height)

    def accept(self, message: wire.BlocksResponse) -> LedgerBlock | None:
        block = records.ledger_block(message)
        if block.height < self._next:
            return None
        self._next = block.height + 1
        return block


def pause_after(failure: Failure, budget: Budget) -> float:
    """Return how long to wait before a stream goes on; raise `Refused` or `NotAnswered` where it does not."""
    if failure.fate is Fate.REFUSED:
        raise Refused(failure.code, failure.details, failure.sentence)
    pause_s = budget.pause_s(failure) if failure.again else None
    if pause_s is None:
        raise NotAnswered(f"{failure.code}: {failure.sentence}")
    return pause_s
