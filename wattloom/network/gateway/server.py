"""The gateway as a server: TLS, health, reflection, metrics, and an orderly end."""

import asyncio
import signal
from collections.abc import Callable
from typing import Final

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from prometheus_client import start_http_server

from wattloom.identity.tls import TlsIdentity
from wattloom.network.engine import Engine, EngineStopped
from wattloom.network.gateway.border import SERVICE, handlers
from wattloom.network.gateway.errors import GatewayNotStarted
from wattloom.network.gateway.limits import DEFAULT_LIMITS, MAX_REQUEST_BYTES, Limits
from wattloom.network.gateway.metrics import LOOPBACK
from wattloom.network.gateway.service import GatewayService

ANY_PORT: Final = "127.0.0.1:0"
MAX_PORT: Final = 65_535

OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a rival
    ("grpc.max_receive_message_length", MAX_REQUEST_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_concurrent_streams", 1_024),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)

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
        tls: TlsIdentity,
        address: str = ANY_PORT,
        limits: Limits = DEFAULT_LIMITS,
        metrics_port: int | None = None,
    ) -> None:
        self.address = address
        self._limits = limits
        self._metrics_port = metrics_port
        self._end_metrics: Callable[[], None] = lambda: None
        self._service = GatewayService(engine, limits)
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(options=OPTIONS, maximum_concurrent_rpcs=limits.calls)
        self._server.add_generic_rpc_handlers((handlers(self._service, self._service.metrics.calls),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (SERVICE.full_name, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server
        )
        self._credentials = grpc.ssl_server_credentials([(tls.key_pem, tls.certificate_pem)])

    async def start(self) -> None:
        """Listen; raise `GatewayNotStarted` where that cannot be."""
        try:
            self.address = self._listen()
        except GatewayNotStarted:
            self._service.feed.stop()
            raise
        await self._server.start()
        await self._health.set(SERVICE.full_name, health_pb2.HealthCheckResponse.SERVING)
        self._watching = asyncio.create_task(self._watch_engine())
        log.info("gateway started", address=self.address)

    async def wait_engine_stopped(self) -> None:
        """Return once the engine takes nothing more; whoever waited for a block has been told by then."""
        await self._service.engine_stopped.wait()

    async def stop(self) -> None:
        """Say so, end the streams, let the calls in hand finish, and close."""
        self._watching.cancel()
        await self._health.enter_graceful_shutdown()
        self._service.end_streams()
        await self._server.stop(self._limits.grace_s)
        self._service.feed.stop()
        self._end_metrics()
        log.info("gateway stopped", address=self.address)

    async def _watch_engine(self) -> None:
        await self.wait_engine_stopped()
        await self._health.set(SERVICE.full_name, health_pb2.HealthCheckResponse.NOT_SERVING)
        log.error("engine stopped", address=self.address)

    def _listen(self) -> str:
        """Take both ports; return the address with the port that it has."""
        host, _, number = self.address.rpartition(":")
        if not (host and number.isdecimal() and int(number) <= MAX_PORT):  # gRPC takes 99999 for 34463
            raise GatewayNotStarted(f"{self.address!r} is no address to listen on: write host:port")
        try:
            port = self._server.add_secure_port(self.address, self._credentials)
        except RuntimeError as error:
            raise GatewayNotStarted(
                f"cannot listen on {self.address}: the port is taken, or the host is not this machine's"
            ) from error
        try:
            self._start_metrics()
        except OSError as error:
            raise GatewayNotStarted(
                f"cannot serve metrics on {LOOPBACK}:{self._metrics_port}: {error.strerror}"
            ) from error
        return f"{host}:{port}"

    def _start_metrics(self) -> None:
        if self._metrics_port is None:
            return
        server, thread = start_http_server(
            self._metrics_port, addr=LOOPBACK, registry=self._service.metrics.registry
        )

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        self._end_metrics = end


async def serve_gateway(
    engine: Engine,
    *,
    tls: TlsIdentity,
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
