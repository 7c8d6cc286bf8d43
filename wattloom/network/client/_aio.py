"""The client for asyncio programs: the same calls as `Client` has, with the same arguments and errors."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar, overload

import grpc

from wattloom.network.chain.validators import ValidatorSet
from wattloom.network.client import _proofs
from wattloom.network.client._border import CANCELLED, CLOSED, FOREIGN, Failure, failure_of
from wattloom.network.client._budget import Budget
from wattloom.network.client._cursors import BlockCursor, Cursor, EventCursor, pause_after
from wattloom.network.client._proofs import ProvenValue
from wattloom.network.client._records import Description, Event, LedgerBlock, Receipt, TransactionStatus
from wattloom.network.client._route import OPTIONS, Route
from wattloom.network.client._signing import Arguments, Clock
from wattloom.network.client._steps import Call, Pause, Steps
from wattloom.network.client._stream import SubmissionStream
from wattloom.network.client._talk import Talk
from wattloom.network.client.errors import CommitUnknown
from wattloom.network.transactions import Signer
from wattloom.network.wire.gateway_pb2 import SubmitRequest, SubmitResponse
from wattloom.network.wire.gateway_pb2_grpc import GatewayStub

T = TypeVar("T")


class AsyncClient:
    """A member's way to a ledger, over one or more gateways, on one event loop; parameters as of `Client`."""

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        ca_certificate: bytes,
        identity: Signer | None = None,
        chain_id: str | None = None,
        patience_s: float = 30.0,
        clock: Clock = time.time,
    ) -> None:
        self._route = Route(addresses, ca_certificate=ca_certificate)
        self._talk = Talk(
            identity, chain_id=chain_id, patience_s=patience_s, gateways=len(addresses), clock=clock
        )
        self._channels = [
            grpc.aio.secure_channel(address, self._route.credentials, options=OPTIONS)
            for address in self._route.addresses
        ]
        self._stubs = [GatewayStub(channel) for channel in self._channels]
        self._streams: dict[int, SubmissionStream] = {}
        self._closed = asyncio.Event()

    async def close(self) -> None:
        """End every call and stream."""
        self._closed.set()
        for stream in self._streams.values():
            await stream.close()
        for channel in self._channels:
            await channel.close()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @overload
    async def submit(
        self, function: str, arguments: Arguments = None, *, valid_for_s: int = 60
    ) -> Receipt[None]: ...
    @overload
    async def submit(
        self, function: str, arguments: Arguments, result_type: type[T], *, valid_for_s: int = 60
    ) -> Receipt[T]: ...
    async def submit(
        self,
        function: str,
        arguments: Arguments = None,
        result_type: type[Any] | None = None,
        *,
        valid_for_s: int = 60,
    ) -> Receipt[Any]:
        """Sign and submit a transaction, and return once a durable block holds it; see `Client.submit`."""
        return await self._run(self._talk.submit(function, arguments, result_type, valid_for_s))

    @overload
    async def send(self, raw: bytes) -> Receipt[None]: ...
    @overload
    async def send(self, raw: bytes, result_type: type[T]) -> Receipt[T]: ...
    async def send(self, raw: bytes, result_type: type[Any] | None = None) -> Receipt[Any]:
        """Submit a transaction that was signed elsewhere, or send one again; see `Client.send`."""
        return await self._run(self._talk.send(raw, result_type))

    async def evaluate(self, function: str, arguments: Arguments, result_type: type[T]) -> T:
        """Run a query on committed state; see `Client.evaluate`."""
        return await self._run(self._talk.evaluate(function, arguments, result_type))

    async def status(self, tx_id: str, *, wait_s: float = 0.0) -> TransactionStatus:
        """Tell what became of a transaction, after waiting for it up to `wait_s` (at most 30)."""
        return await self._run(self._talk.status(tx_id, wait_s))

    @overload
    async def resolve(self, unknown: CommitUnknown) -> Receipt[None]: ...
    @overload
    async def resolve(self, unknown: CommitUnknown, result_type: type[T]) -> Receipt[T]: ...
    async def resolve(self, unknown: CommitUnknown, result_type: type[Any] | None = None) -> Receipt[Any]:
        """Find out how an unknown commit ended; see `Client.resolve`."""
        return await self._run(self._talk.resolve(unknown, result_type))

    async def describe(self) -> Description:
        """Describe the ledger."""
        return await self._run(self._talk.describe())

    async def prove(
        self, contract: str, key: str, *, validators: ValidatorSet, height: int = 0
    ) -> ProvenValue:
        """Return a value of the state, verified up to trusted validators' signatures; see `Client.prove`."""
        answer = await self._run(self._talk.prove(contract, key, height))
        chain_id = await self._run(self._talk.chain_id())
        return _proofs.verify(
            answer, contract=contract, key=key, height=height, chain_id=chain_id, validators=validators
        )

    async def events(
        self, from_height: int = 0, *, contract: str = "", name: str = ""
    ) -> AsyncIterator[Event]:
        """Yield events from a height on, without end; see `Client.events`."""
        from_height = from_height or await self._run(self._talk.next_height())
        async for event in self._follow(EventCursor(from_height, contract=contract, name=name)):
            yield event

    async def blocks(self, from_height: int = 0, *, to_height: int = 0) -> AsyncIterator[LedgerBlock]:
        """Yield blocks, to a height or without end; see `Client.blocks`."""
        from_height = from_height or await self._run(self._talk.next_height())
        async for block in self._follow(BlockCursor(from_height, to_height=to_height)):
            yield block

    async def _run(self, steps: Steps[T]) -> T:
        answer: object = None
        try:
            while True:
                answer = await self._perform(steps.send(answer))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def _perform(self, step: Call | Pause) -> object:
        if isinstance(step, Pause):
            await self._pause(step.seconds)
            return None
        gateway = self._route.current
        if isinstance(step.request, SubmitRequest):
            return await self._submit(gateway, step.request.transaction, step.timeout_s)
        try:
            return await getattr(self._stubs[gateway], step.method)(step.request, timeout=step.timeout_s)
        except (*FOREIGN, asyncio.CancelledError) as error:
            return self._failed(gateway, error)

    async def _submit(self, gateway: int, raw: bytes, timeout_s: float) -> SubmitResponse | Failure:
        stream = self._streams.get(gateway)
        if stream is None or stream.ended:
            if self._closed.is_set():
                return CLOSED
            stream = self._streams[gateway] = SubmissionStream(self._stubs[gateway])
        found = await stream.submit(raw, timeout_s)
        if isinstance(found, Failure):
            self._route.leave(gateway, found)
        return found

    async def _follow(self, cursor: Cursor[T]) -> AsyncIterator[T]:
        budget: Budget | None = None  # patience begins with a failure, however long nothing was to be told
        call: Any = None
        try:
            while True:
                gateway = self._route.current
                try:
                    call = call or getattr(self._stubs[gateway], cursor.method)(cursor.request())
                    message = await call.read()
                except (*FOREIGN, asyncio.CancelledError) as error:
                    call, budget = None, budget or self._talk.budget()
                    await self._pause(pause_after(self._failed(gateway, error), budget))
                    continue
                if message is grpc.aio.EOF:
                    return
                budget = None
                found = cursor.accept(message)
                if found is not None:
                    yield found
        finally:
            if call is not None:
                call.cancel()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        except TimeoutError:
            pass

    def _failed(self, gateway: int, error: BaseException) -> Failure:
        failure = failure_of(error)
        if self._closed.is_set():
            return replace(failure, again=False)
        if failure is CANCELLED:  # whoever awaits this call gave it up
            raise error
        self._route.leave(gateway, failure)
        return failure


async def connect_async(
    addresses: Sequence[str],
    *,
    ca_certificate: bytes,
    identity: Signer | None = None,
    chain_id: str | None = None,
    patience_s: float = 30.0,
) -> AsyncClient:
    """Return a client that has reached a gateway; see `Client`. Raise `NotAnswered`."""
    client = AsyncClient(
        addresses,
        ca_certificate=ca_certificate,
        identity=identity,
        chain_id=chain_id,
        patience_s=patience_s,
    )
    try:
        await client.describe()
    except BaseException:
        await client.close()
        raise
    return client
