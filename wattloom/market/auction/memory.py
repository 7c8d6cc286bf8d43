"""A market in memory: the contracts' own functions, without engine, signatures and network."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.api import Caller, Record
from wattloom.chaincode.api import keys as api_keys
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.context import Event as Said
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.api.timers import LEDGER
from wattloom.chaincode.auction.contract import auction
from wattloom.chaincode.metering.contract import metering
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.testing import MemoryLedger
from wattloom.network.client import Event, Receipt, Refused

T = TypeVar("T", bound=Record)


class MemoryMarket:
    """A ledger in memory whose time is moved; what its ports refuse and tell is what a gateway's would."""

    def __init__(self, *, time_s: int) -> None:
        self.ledger = MemoryLedger([accounts, registry, metering, auction], time_s=time_s)
        self._news = asyncio.Event()

    def port(self, who: Caller) -> "MemoryPort":
        """Return a member's way to it."""
        return MemoryPort(self, who)

    async def wait_until(self, time_s: int) -> None:
        """Move time, and on until nothing is due any more."""
        self.ledger.advance_to(max(time_s, self.ledger.time_s))
        while self._due():
            self.ledger.advance_to(self.ledger.time_s + 1)
        self.tell()

    def tell(self) -> None:
        """Wake whoever follows events."""
        self._news.set()
        self._news = asyncio.Event()

    async def more(self, seen: int) -> None:
        """Return once there are more events than were seen."""
        while len(self.ledger.events) <= seen:
            await self._news.wait()

    def _due(self) -> bool:
        start, _ = api_keys.prefix_range("timer")
        stop = api_keys.join("timer", api_keys.number(self.ledger.time_s + 1))
        return any(True for _ in self.ledger.committed.scan(LEDGER, start, stop))


class MemoryPort:
    """One member's way to a market in memory; see `market.auction.port.Port`."""

    def __init__(self, market: MemoryMarket, who: Caller) -> None:
        self._market = market
        self._who = who

    async def submit(self, function: str, arguments: Record, result_type: type[T], /) -> Receipt[T]:
        """Run a transaction in a block of its own; raise `Refused`."""
        ledger = self._market.ledger
        try:
            data = ledger.submit(self._who, function, arguments)
        except ChaincodeError as error:
            raise _refused(error) from error
        finally:
            self._market.tell()
        return Receipt(
            tx_id=f"{ledger.height:064x}",
            height=ledger.height,
            index=0,
            block_time_s=ledger.time_s,
            data=data,
            result=decode(data, result_type),
        )

    async def evaluate(self, function: str, arguments: Record, result_type: type[T], /) -> T:
        """Run a query; raise `Refused`."""
        try:
            return self._market.ledger.evaluate(self._who, function, arguments, result_type)
        except ChaincodeError as error:
            raise _refused(error) from error

    async def events(
        self,
        from_height: int,  # noqa: ARG002 - the ledger in memory keeps no heights: from the beginning on
        /,
        *,
        contract: str,
        name: str,
    ) -> AsyncIterator[Event]:
        """Yield all events of a contract and a name."""
        seen = 0
        while True:
            await self._market.more(seen)
            found = self._market.ledger.events[seen]
            seen += 1
            if (found.contract, found.name) == (contract, name):
                yield _event(found, seen)


def _refused(error: ChaincodeError) -> Refused:
    return Refused(error.code, error.details, str(error))


def _event(found: Said, sequence: int) -> Event:
    return Event(
        height=0,
        sequence=sequence,
        block_time_s=0,
        tx_id="",
        contract=found.contract,
        name=found.name,
        payload=found.payload,
    )
