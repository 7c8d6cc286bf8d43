"""The engine's blocks, handed from its thread to the gateway's loop: one hand-over per block."""

import asyncio
from collections.abc import AsyncIterator, Callable

from wattloom.network.engine import Engine, NewBlock
from wattloom.network.gateway.errors import BadRequest, HeightNotKept, Stopping
from wattloom.network.wire.ledger_pb2 import BlockRecord


class BlockFeed:
    """The one follower of the engine, and where streams wait for heights.

    A stream asks for one height after the other, from storage or from the newest block in hand. So catching
    up and following live are the same, nothing is missed or told twice between them, and a slow stream costs
    the gateway no memory.
    """

    def __init__(
        self, engine: Engine, on_block: Callable[[NewBlock], None], on_stop: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._on_block = on_block
        self._loop = asyncio.get_running_loop()
        self._newest: NewBlock | None = None
        self._changed = asyncio.Event()
        self._stopping = False
        self._on_stop = on_stop
        self._end = engine.follow(self._hand_over, self._hand_over_stop)
        self.height, _ = engine.latest()

    def end_streams(self) -> None:
        """Send every stream away, now and from now on."""
        self._stopping = True
        self._changed.set()

    def stop(self) -> None:
        """Follow no more."""
        self._end()

    async def blocks(self, from_height: int, to_height: int = 0) -> AsyncIterator[tuple[int, BlockRecord]]:
        """Yield heights and blocks with their commits; from 0 is the next block, to 0 is without end.

        Raises
        ------
        BadRequest, HeightNotKept, Stopping
        """
        async for height in self._heights(from_height, to_height):
            record = self._in_hand(height)
            if record is None or not record.commit:
                record = await asyncio.to_thread(self._engine.block, height)
            if record is None:
                raise HeightNotKept(height=height)
            yield height, record

    async def results(self, from_height: int, to_height: int = 0) -> AsyncIterator[tuple[int, BlockRecord]]:
        """Yield heights and what execution made of their blocks; otherwise as `blocks`."""
        async for height in self._heights(from_height, to_height):
            record = self._in_hand(height) or self._engine.results(height)
            if record is None:
                raise HeightNotKept(height=height)
            yield height, record

    async def _heights(self, from_height: int, to_height: int) -> AsyncIterator[int]:
        """Yield heights, each once its block is durable."""
        if from_height < 0 or (to_height and to_height < from_height):
            raise BadRequest(field="from_height", reason="is negative, or above to_height")
        height = from_height or self._engine.latest()[0] + 1
        while not to_height or height <= to_height:
            while self.height < height or self._stopping:
                if self._stopping:
                    raise Stopping
                await self._changed.wait()
            yield height
            height += 1

    def _in_hand(self, height: int) -> BlockRecord | None:
        newest = self._newest
        return newest.record if newest is not None and newest.height == height else None

    def _hand_over(self, block: NewBlock) -> None:
        """Run in the engine's thread."""
        self._loop.call_soon_threadsafe(self._receive, block)

    def _hand_over_stop(self) -> None:
        """Run in the engine's thread, after the last block."""
        self._loop.call_soon_threadsafe(self._on_stop)

    def _receive(self, block: NewBlock) -> None:
        self.height, self._newest = block.height, block
        self._on_block(block)
        self._changed.set()
        self._changed = asyncio.Event()
