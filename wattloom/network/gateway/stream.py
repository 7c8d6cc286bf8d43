"""One call of SubmitStream: many transactions under way, each answered once its block is durable."""

import asyncio
from collections.abc import Iterable
from functools import partial
from time import perf_counter

from google.rpc.status_pb2 import Status

from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.network import engine
from wattloom.network.gateway.errors import AnswersUnread, BadRequest
from wattloom.network.gateway.limits import Limits
from wattloom.network.gateway.metrics import Metrics
from wattloom.network.gateway.statuses import status_of
from wattloom.network.gateway.submissions import Answer, Submissions
from wattloom.network.wire import gateway_pb2 as wire
from wattloom.rpc.border import Receive, Send

FORESEEN = (ChaincodeError, engine.Busy, engine.EngineStopped)


class SubmissionStream:
    """What one sender has under way, and the answers that wait to be sent to it.

    Answers that become ready together, as those of one block do, travel in one message. A sender that does
    not read its answers is not read from either once `limits.pending_per_member` of them are open.
    """

    def __init__(self, submissions: Submissions, metrics: Metrics, limits: Limits) -> None:
        self._submissions, self._metrics, self._limits = submissions, metrics, limits
        self._under_way: set[Answer] = set()
        self._ready: list[wire.Submitted] = []
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def serve(self, requests: Receive, send: Send) -> None:
        """Take transactions until the sender ends or `end` is called, and answer all that were taken."""
        self._reading = asyncio.create_task(self._read(requests))
        self._reading.add_done_callback(lambda _: self._news.set())
        try:
            while self._ready or self._under_way or not self._reading.done():
                if not self._ready:
                    await self._news.wait()
                    self._news.clear()
                    continue
                ready, self._ready = self._ready, []
                self._room.set()
                await self._send(send, ready)
            if not self._reading.cancelled():
                await self._reading  # raises what ended it
        finally:
            self._reading.cancel()
            for answer in self._under_way:
                answer.cancel()

    def end(self) -> None:
        """Take nothing more; what was taken is still answered."""
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self, requests: Receive) -> None:
        async for request in requests:
            if request is None:
                raise BadRequest(field="request", reason="is not a protobuf message of this method")
            for submission in request.submissions:
                while len(self._under_way) + len(self._ready) >= self._limits.pending_per_member:
                    self._room.clear()
                    await self._room.wait()
                self._begin(submission)

    def _begin(self, submission: wire.Submission) -> None:
        try:
            answer = self._submissions.submit(submission.transaction)
        except FORESEEN as error:
            self._refuse(submission.number, status_of(error))
            return
        self._under_way.add(answer)
        answer.add_done_callback(partial(self._finish, submission.number, perf_counter()))

    def _finish(self, number: int, started_s: float, answer: Answer) -> None:
        self._under_way.discard(answer)
        if answer.cancelled():
            return
        error = answer.exception()
        if isinstance(error, Exception):
            self._refuse(number, status_of(error))
            return
        committed = answer.result()
        self._metrics.committed(committed.status, perf_counter() - started_s)
        self._tell(wire.Submitted(number=number, committed=committed))

    def _refuse(self, number: int, status: Status) -> None:
        self._tell(wire.Submitted(number=number, refusal=status.SerializeToString()))

    def _tell(self, submitted: wire.Submitted) -> None:
        self._ready.append(submitted)
        self._news.set()

    async def _send(self, send: Send, ready: Iterable[wire.Submitted]) -> None:
        try:
            async with asyncio.timeout(self._limits.stall_s):
                await send(wire.SubmitStreamResponse(submitted=ready))
        except TimeoutError:
            raise AnswersUnread(stall_s=self._limits.stall_s) from None
