"""Tells the ledger what the register has written: in order for each meter, again until it is known.

An announcement stays in the database until the ledger has it, so that no crash loses one.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import msgspec
import structlog
from sqlalchemy import bindparam, func, select, update

from wattloom.identity.service.publishing import Announcement, NotPublished, Publisher
from wattloom.identity.store import Database
from wattloom.identity.store.schema import outbox

MAX_BATCH: Final = 256
RETRY_S: Final = 5.0
"""How long to wait after the ledger could not be reached."""

_WAITING: Final = (
    select(outbox.c.number, outbox.c.announcement)
    .where(outbox.c.done_at_s.is_(None))
    .order_by(outbox.c.number)
    .limit(MAX_BATCH)
)
_TRIED: Final = (
    update(outbox)
    .where(outbox.c.number == bindparam("b_number"))
    .values(
        done_at_s=bindparam("b_done_at_s"), last_error=bindparam("b_error"), attempts=outbox.c.attempts + 1
    )
)

log = structlog.get_logger(__name__)


class _Entry(msgspec.Struct, frozen=True):
    number: int
    announcement: Announcement


class _Result(msgspec.Struct, frozen=True):
    number: int
    error: str | None
    done: bool


class Outbox:
    """Sends what waits, whenever it is woken; without a publisher, everything waits.

    A final refusal is recorded with its reason, said loudly in the log, and not tried again.
    """

    def __init__(self, database: Database, publisher: Publisher | None, *, retry_s: float = RETRY_S) -> None:
        self._database, self._publisher, self._retry_s = database, publisher, retry_s
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what an earlier run has left."""
        if self._publisher is not None:
            self.wake()
            self._task = asyncio.create_task(self._run(self._publisher))

    def wake(self) -> None:
        """Say that there is something to send."""
        self._idle.clear()
        self._woken.set()

    def waiting(self) -> int:
        """Return how many announcements the ledger does not know yet."""
        with self._database.reading() as connection:
            undone = select(func.count()).select_from(outbox).where(outbox.c.done_at_s.is_(None))
            return int(connection.execute(undone).scalar_one())

    async def drained(self) -> None:
        """Return once everything that was there is told."""
        await self._idle.wait()

    async def stop(self) -> None:
        """End; what waits is sent by the next run."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._publisher is not None:
            await self._publisher.close()

    async def _run(self, publisher: Publisher) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                again = await self._send_all(publisher)
            except Exception:
                log.exception("outbox failed")
                again = True
            if again:
                await asyncio.sleep(self._retry_s)
                self._woken.set()
            elif not self._woken.is_set():
                self._idle.set()

    async def _send_all(self, publisher: Publisher) -> bool:
        """Send until nothing waits; return whether something has to be tried again later."""
        while entries := await asyncio.to_thread(self._read):
            by_meter = sorted(entries, key=lambda entry: (entry.announcement.lfdi, entry.number))
            groups = [
                list(group) for _, group in groupby(by_meter, key=lambda entry: entry.announcement.lfdi)
            ]
            results = await asyncio.gather(*(_send(publisher, group) for group in groups))
            flat = [result for group in results for result in group]
            await asyncio.to_thread(self._mark, flat)
            if any(not result.done for result in flat):
                return True
        return False

    def _read(self) -> list[_Entry]:
        with self._database.reading() as connection:
            rows = connection.execute(_WAITING).all()
        return [
            _Entry(row.number, msgspec.msgpack.decode(row.announcement, type=Announcement)) for row in rows
        ]

    def _mark(self, results: Sequence[_Result]) -> None:
        now_s = int(time.time())
        rows = [
            {
                "b_number": each.number,
                "b_error": each.error,
                "b_done_at_s": now_s if each.done else None,
            }
            for each in results
        ]
        with self._database.writing() as connection:
            connection.execute(_TRIED, rows)


async def _send(publisher: Publisher, entries: Sequence[_Entry]) -> list[_Result]:
    """Send one meter's announcements in order, up to the first that has to be tried again."""
    results: list[_Result] = []
    for entry in entries:
        try:
            await publisher.publish(entry.announcement)
        except NotPublished as refusal:
            note = log.error if refusal.final else log.warning
            note("not published", certificate_id=entry.announcement.certificate_id, reason=str(refusal))
            results.append(_Result(entry.number, str(refusal)[:500], done=refusal.final))
            if not refusal.final:
                break
        else:
            results.append(_Result(entry.number, None, done=True))
    return results
