"""Submissions of the asyncio client: all to one gateway share one call, and one message where they can."""

import asyncio
from itertools import count
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status

from wattloom.network.client._border import FOREIGN, Failure, Fate, failure_of, failure_of_status
from wattloom.network.wire import gateway_pb2 as wire
from wattloom.network.wire.gateway_pb2_grpc import GatewayStub

LATE: Final = Failure(
    Fate.UNKNOWN, again=True, code="DEADLINE_EXCEEDED", sentence="no answer in time", details={}
)
ENDED: Final = Failure(
    Fate.UNKNOWN, again=True, code="UNAVAILABLE", sentence="the gateway ended the call", details={}
)

Answer = asyncio.Future[wire.SubmitResponse | Failure]


class SubmissionStream:
    """One SubmitStream call; once it has ended, whoever wants to submit opens another."""

    def __init__(self, stub: GatewayStub) -> None:
        open_call: Any = stub.SubmitStream  # the stubs know only the blocking form
        self._call = open_call()
        self._numbers = count(1)
        self._open: dict[int, Answer] = {}
        self._unsent: list[wire.Submission] = []
        self._news = asyncio.Event()
        self._writing = asyncio.create_task(self._write())
        self._reading = asyncio.create_task(self._read())
        self.ended = False

    async def submit(self, raw: bytes, timeout_s: float) -> wire.SubmitResponse | Failure:
        """Send a transaction and return its answer, as Submit would."""
        number = next(self._numbers)
        answer: Answer = asyncio.get_running_loop().create_future()
        self._open[number] = answer
        self._unsent.append(wire.Submission(number=number, transaction=raw))
        self._news.set()
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            return LATE
        finally:
            self._open.pop(number, None)

    async def close(self) -> None:
        """End the call; what is open is answered with `ENDED`."""
        self._call.cancel()
        await asyncio.wait([self._reading])

    async def _write(self) -> None:
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                unsent, self._unsent = self._unsent, []
                await self._call.write(wire.SubmitStreamRequest(submissions=unsent))
        except FOREIGN:
            return  # reading ends with the reason

    async def _read(self) -> None:
        failure = ENDED
        try:
            while (response := await self._call.read()) is not grpc.aio.EOF:
                for submitted in response.submitted:
                    self._settle(submitted)
        except (*FOREIGN, asyncio.CancelledError) as error:
            failure = failure_of(error)
        finally:
            self.ended = True
            self._writing.cancel()
            for answer in self._open.values():
                if not answer.done():
                    answer.set_result(failure)

    def _settle(self, submitted: wire.Submitted) -> None:
        answer = self._open.get(submitted.number)
        if answer is None or answer.done():
            return
        if submitted.refusal:
            answer.set_result(_failure(submitted.refusal))
        else:
            answer.set_result(wire.SubmitResponse(committed=submitted.committed))


def _failure(refusal: bytes) -> Failure:
    try:
        return failure_of_status(Status.FromString(refusal))
    except DecodeError:
        return ENDED
