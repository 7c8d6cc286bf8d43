"""The methods of `wattloom.gateway.v1.Gateway`; the border wraps each of them."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from time import perf_counter

import msgspec

from wattloom.network.engine import Engine
from wattloom.network.gateway.errors import BadRequest, FollowerTooSlow, TooManyStreams
from wattloom.network.gateway.feed import BlockFeed
from wattloom.network.gateway.limits import MAX_WAIT_MS, Limits
from wattloom.network.gateway.metrics import Metrics
from wattloom.network.gateway.stream import SubmissionStream
from wattloom.network.gateway.submissions import Submissions
from wattloom.network.wire import cometbft_pb2
from wattloom.network.wire import gateway_pb2 as wire
from wattloom.network.wire.ledger_pb2 import BlockRecord
from wattloom.rpc.border import Receive, Send


class GatewayService:
    """Answers for one engine; everything runs on one event loop."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._submissions = Submissions(engine, limits)
        self.feed = BlockFeed(engine, self._submissions.settle, self._engine_stopped)
        self.engine_stopped = asyncio.Event()
        self.metrics = Metrics(pending=lambda: len(self._submissions), height=lambda: self.feed.height)
        self._streams = 0
        self._senders: set[SubmissionStream] = set()
        self._contracts_json = {engine.rules()[0]: msgspec.json.encode(engine.describe_contracts())}

    async def Evaluate(self, request: wire.EvaluateRequest) -> wire.EvaluateResponse:  # noqa: N802 - the method's name
        """Run a query.

        It runs on the loop: most take well under a millisecond, which a thread would only add to.
        """
        evaluated = self._engine.evaluate(request.transaction)
        return wire.EvaluateResponse(data=evaluated.data, height=evaluated.height)

    async def Submit(self, request: wire.SubmitRequest) -> wire.SubmitResponse:  # noqa: N802
        """Order a transaction and wait for its block."""
        started = perf_counter()
        committed = await self._submissions.submit(request.transaction)
        self.metrics.committed(committed.status, perf_counter() - started)
        return wire.SubmitResponse(committed=committed)

    async def SubmitStream(self, requests: Receive, send: Send) -> None:  # noqa: N802
        """Order transactions as they come, and answer each once its block is durable."""
        stream = SubmissionStream(self._submissions, self.metrics, self._limits)
        with self._stream():
            self._senders.add(stream)
            try:
                await stream.serve(requests, send)
            finally:
                self._senders.discard(stream)

    def _engine_stopped(self) -> None:
        self._submissions.fail()
        self.end_streams()
        self.engine_stopped.set()

    def end_streams(self) -> None:
        """Send every follower away, and take nothing more from senders."""
        self.feed.end_streams()
        for stream in self._senders:
            stream.end()

    async def CommitStatus(self, request: wire.CommitStatusRequest) -> wire.CommitStatusResponse:  # noqa: N802
        """Tell what became of a transaction."""
        if len(request.tx_id) != 32:
            raise BadRequest(field="tx_id", reason="has 32 bytes")
        if request.wait_ms > MAX_WAIT_MS:
            raise BadRequest(field="wait_ms", reason=f"is at most {MAX_WAIT_MS}")
        return await self._submissions.status(request.tx_id, wait_s=request.wait_ms / 1_000)

    async def Events(self, request: wire.EventsRequest, send: Send) -> None:  # noqa: N802
        """Send the events of every block from a height on."""
        with self._stream():
            async for height, record in self.feed.results(request.from_height):
                for event in _events(height, record, request):
                    await self._send(send, event, height)

    async def Blocks(self, request: wire.BlocksRequest, send: Send) -> None:  # noqa: N802
        """Send every block of a range of heights."""
        with self._stream():
            async for height, record in self.feed.blocks(request.from_height, request.to_height):
                await self._send(send, _block(height, record), height)

    async def Prove(self, request: wire.ProveRequest) -> wire.ProveResponse:  # noqa: N802
        """Return a value with its proof."""
        if request.height < 0:
            raise BadRequest(field="height", reason="is negative")
        return await asyncio.to_thread(self._engine.prove, request.contract, request.key, request.height)

    async def Describe(self, _request: wire.DescribeRequest) -> wire.DescribeResponse:  # noqa: N802
        """Describe the ledger."""
        height, block_time_s = self._engine.latest()
        rules_version, known_rules = self._engine.rules()
        return wire.DescribeResponse(
            chain_id=self._engine.chain_id,
            height=height,
            block_time_s=block_time_s,
            engine=self._engine.name,
            version=version("wattloom"),
            genesis_hash=self._engine.genesis_hash,
            contracts_json=self._contracts(rules_version, known_rules),
            rules_version=rules_version,
            known_rules=known_rules,
        )

    def _contracts(self, rules_version: int, known_rules: Sequence[int]) -> bytes:
        """Return the contracts' metadata, which changes with the rules alone; none where they are unknown."""
        if rules_version not in known_rules:
            return b"[]"
        if rules_version not in self._contracts_json:
            self._contracts_json[rules_version] = msgspec.json.encode(self._engine.describe_contracts())
        return self._contracts_json[rules_version]

    @contextmanager
    def _stream(self) -> Iterator[None]:
        if self._streams >= self._limits.streams:
            raise TooManyStreams(limit=self._limits.streams)
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    async def _send(
        self, send: Send, message: wire.EventsResponse | wire.BlocksResponse, height: int
    ) -> None:
        try:
            async with asyncio.timeout(self._limits.stall_s):
                await send(message)
        except TimeoutError:
            raise FollowerTooSlow(height=height, stall_s=self._limits.stall_s) from None


def _events(height: int, record: BlockRecord, wanted: wire.EventsRequest) -> Iterator[wire.EventsResponse]:
    matching = [
        (sequence, event)
        for sequence, event in enumerate(record.events)
        if wanted.contract in ("", event.contract) and wanted.name in ("", event.name)
    ]
    time_s = _time_s(record) if matching else 0
    for sequence, event in matching:
        yield wire.EventsResponse(
            height=height,
            block_time_s=time_s,
            tx_id=event.tx_id,
            contract=event.contract,
            name=event.name,
            payload=event.payload,
            sequence=sequence,
        )


def _block(height: int, record: BlockRecord) -> wire.BlocksResponse:
    time_s = _time_s(record)
    results = [
        wire.Committed(
            tx_id=result.tx_id,
            height=height,
            index=index,
            status=result.status,
            data=result.data,
            block_time_s=time_s,
        )
        for index, result in enumerate(record.results)
    ]
    return wire.BlocksResponse(block=record.block, commit=record.commit, results=results)


def _time_s(record: BlockRecord) -> int:
    return record.time_s or cometbft_pb2.Block.FromString(record.block).header.time.seconds
