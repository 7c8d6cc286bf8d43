"""The desk: many orders at a time, one durable transaction, one signed tree head, then the answers.

Nobody sees a certificate before the log holds it and the database has it on disk.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from wattloom.identity.errors import IdentityError
from wattloom.identity.service.errors import Busy
from wattloom.identity.service.orders import IssuedCertificate, Order

MAX_BATCH: Final = 64
MAX_WAITING: Final = 512
GATHER_S: Final = 0.025
"""How long orders gather when several come at a time; a batch costs some milliseconds whatever its size."""

Outcome = IssuedCertificate | IdentityError
Write = Callable[[Sequence[Order], int], list[Outcome]]
"""Takes orders and the time, and returns what became of each, once that is durable."""


class Desk:
    """Gathers orders while the last batch is written; on one event loop."""

    def __init__(self, write: Write, written: Callable[[int], None] = lambda _: None) -> None:
        self._write, self._written = write, written
        self._waiting: list[tuple[Order, asyncio.Future[IssuedCertificate]]] = []
        self._writer: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    async def issue(self, order: Order) -> IssuedCertificate:
        """Return the certificate once it is durable; raise why there is none."""
        if len(self._waiting) >= MAX_WAITING:
            raise Busy(limit=MAX_WAITING)
        answer: asyncio.Future[IssuedCertificate] = asyncio.get_running_loop().create_future()
        self._waiting.append((order, answer))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return await answer

    async def settle(self) -> None:
        """Return once nothing waits any more."""
        while self._writer is not None:
            await asyncio.wait([self._writer])

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                await self._write_batch(batch)
                if len(batch) > 1:
                    await asyncio.sleep(GATHER_S)
        finally:
            self._writer = None

    async def _write_batch(self, batch: "list[tuple[Order, asyncio.Future[IssuedCertificate]]]") -> None:
        orders = [order for order, _ in batch]
        try:
            outcomes = await asyncio.to_thread(self._write, orders, int(time.time()))
        except Exception as error:  # noqa: BLE001 - told to each who waits
            outcomes = [error] * len(batch)  # type: ignore[list-item]
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            if answer.cancelled():
                continue
            if isinstance(outcome, IssuedCertificate):
                answer.set_result(outcome)
            else:
                answer.set_exception(outcome)
        self._written(len(batch))
