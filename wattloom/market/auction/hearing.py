"""What a home that can supply hears of its market: what others ask for, and when a request is closed."""

import asyncio
from collections.abc import Callable

from wattloom.chaincode.auction.messages import RequestClosed, RequestLine
from wattloom.market.auction.port import Port

PATIENCE_S = 30.0
"""How long something is awaited that the ledger does by itself within a few seconds."""


class Hearing:
    """Follows the requests of one market.

    Attributes
    ----------
    requests : by the beginning of their slot and their id
    closed : ids of the requests that are settled or void
    """

    def __init__(self, port: Port, market_id: str) -> None:
        self.requests: dict[int, dict[str, RequestLine]] = {}
        self.closed: set[str] = set()
        self._port = port
        self._market_id = market_id
        self._news = asyncio.Condition()

    async def listen(self, from_height: int) -> None:
        """Hear everything from a height on, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear_requests(from_height))
            tasks.create_task(self._hear_closings(from_height))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once something holds that was heard; raise `TimeoutError`."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(holds)

    async def _hear_requests(self, from_height: int) -> None:
        async for event in self._port.events(from_height, contract="auction", name="energy_requested"):
            line = event.read(RequestLine)
            if line.market_id == self._market_id:
                self.requests.setdefault(line.slot_start_s, {})[line.request_id] = line
                await self._tell()

    async def _hear_closings(self, from_height: int) -> None:
        async for event in self._port.events(from_height, contract="auction", name="request_closed"):
            closed = event.read(RequestClosed)
            if closed.market_id == self._market_id:
                self.closed.add(closed.request_id)
                await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()
