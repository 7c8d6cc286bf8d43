"""Looking at the ledger again until it has done what it does by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from wattloom.market.auction.hearing import PATIENCE_S

T = TypeVar("T")

LOOK_S = 0.05


async def look_until(holds: Callable[[T], bool], read: Callable[[], Awaitable[T]]) -> T:
    """Return what is read once it holds; raise `TimeoutError`.

    Block time has come by then, so the first look nearly always does.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not holds(found := await read()):
            await asyncio.sleep(LOOK_S)
    return found
