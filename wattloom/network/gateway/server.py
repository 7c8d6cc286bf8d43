"""The gateway as a server, which ends in order when its engine stops."""

import asyncio
import signal
from collections.abc import Callable

import structlog

from wattloom.network.engine import Engine, EngineStopped
from wattloom.network.gateway.errors import GatewayNotStarted
from wattloom.network.gateway.limits import DEFAULT_LIMITS, MAX_REQUEST_BYTES, Limits
from wattloom.network.gateway.service import GatewayService
from wattloom.network.gateway.statuses import status_of
from wattloom.network.wire import gateway_pb2
from wattloom.rpc.server import ANY_PORT, Listening, RpcServer, ServerNotStarted, TlsSource

SERVICE = gateway_pb2.DESCRIPTOR.services_by_name["Gateway"]

log = structlog.get_logger(__name__)


class GatewayServer:
    """One engine's way in, on the running event loop; start and stop it once.

    Parameters
    ----------
    address : host:port to listen on; port 0 takes a free one, which `address` then names
    metrics_port : where loopback serves `/metrics`, if at all
    """

    def __init__(
        self,
        engine: Engine,
        *,
        tls: TlsSource,
        address: str = ANY_PORT,
        limits: Limits = DEFAULT_LIMITS,
        metrics_port: int | None = None,
    ) -> None:
        self._service = GatewayService(engine, limits)
        self._rpc = RpcServer(
            SERVICE,
            self._service,
            Listening(
                tls=tls,
                address=address,
                max_request_bytes=MAX_REQUEST_BYTES,
                calls=limits.calls,
                grace_s=limits.grace_s,
                metrics_port=metrics_port,
            ),
            calls=self._service.metrics.calls,
            status_of=status_of,
            registry=self._service.metrics.registry,
        )

    @property
    def address(self) -> str:
        """host:port, once it is listened on."""
        return self._rpc.address

    async def start(self) -> None:
        """Listen; raise `GatewayNotStarted` where that cannot be."""
        try:
            await self._rpc.start()
        except ServerNotStarted as error:
            self._service.feed.stop()
            raise GatewayNotStarted(str(error)) from error
        self._watching = asyncio.create_task(self._watch_engine())
        log.info("gateway started", address=self.address)

    async def wait_engine_stopped(self) -> None:
        """Return once the engine takes nothing more; whoever waited for a block has been told by then."""
        await self._service.engine_stopped.wait()

    async def stop(self) -> None:
        """Say so, end the streams, let the calls in hand finish, and close."""
        self._watching.cancel()
        await self._rpc.announce_end()
        self._service.end_streams()
        await self._rpc.stop()
        self._service.feed.stop()
        log.info("gateway stopped", address=self.address)

    async def _watch_engine(self) -> None:
        await self.wait_engine_stopped()
        await self._rpc.set_serving(False)
        log.error("engine stopped", address=self.address)


async def serve_gateway(
    engine: Engine,
    *,
    tls: TlsSource,
    address: str,
    limits: Limits = DEFAULT_LIMITS,
    metrics_port: int | None = None,
    on_ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` hears the address.

    Raises
    ------
    GatewayNotStarted : the address cannot be listened on
    EngineStopped : the engine stopped by itself
    """
    server = GatewayServer(engine, tls=tls, address=address, limits=limits, metrics_port=metrics_port)
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await server.start()
    on_ready(server.address)
    ends = [asyncio.create_task(told.wait()), asyncio.create_task(server.wait_engine_stopped())]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()
        await server.stop()
    if not told.is_set():
        raise EngineStopped("the ledger stopped by itself: its log says why")
