"""What a home hears of its market: requests to answer, and when books and requests are settled."""

import asyncio
from collections.abc import Callable

from wattloom.chaincode.auction.messages import BookSettled, RequestClosed, RequestLine
from wattloom.market.auction.port import Port
from wattloom.network.client import Event

PATIENCE_S = 30.0
"""How long something is awaited that the ledger does by itself within a few seconds."""


class Hearing:
    """Follows the events of one market.

    Attributes
    ----------
    requests : by the beginning of their slot and their id
    settled : the beginnings of the slots whose book is settled
    closed : the requests that are settled or void, by their ids
    """

    def __init__(self, port: Port, market_id: str) -> None:
        self.requests: dict[int, dict[str, RequestLine]] = {}
        self.settled: set[int] = set()
        self.closed: dict[str, RequestClosed] = {}
        self._port = port
        self._market_id = market_id
        self._news = asyncio.Condition()

    async def listen(self, from_height: int) -> None:
        """Hear everything from a height on, until cancelled."""
        async for event in self._port.events(from_height, contract="auction"):
            self._hear(event)
            async with self._news:
                self._news.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once something holds that was heard; raise `TimeoutError`."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(holds)

    def _hear(self, event: Event) -> None:
        if event.name == "energy_requested":
            line = event.read(RequestLine)
            if line.market_id == self._market_id:
                self.requests.setdefault(line.slot_start_s, {})[line.request_id] = line
        elif event.name == "book_settled":
            book = event.read(BookSettled)
            if book.market_id == self._market_id:
                self.settled.add(book.slot_start_s)
        elif event.name == "request_closed":
            request = event.read(RequestClosed)
            if request.market_id == self._market_id:
                self.closed[request.request_id] = request
