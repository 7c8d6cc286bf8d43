"""A gRPC server: TLS, health, reflection, metrics, and an orderly end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from prometheus_client import CollectorRegistry, Counter, start_http_server

from wattloom.rpc.border import handlers

ANY_PORT: Final = "127.0.0.1:0"
LOOPBACK: Final = "127.0.0.1"
MAX_PORT: Final = 65_535

OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a rival
    ("grpc.max_send_message_length", -1),
    ("grpc.max_concurrent_streams", 1_024),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)
MAX_RECEIVE: Final = "grpc.max_receive_message_length"

BUCKETS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Bounds of what histograms of our services' times tell apart."""


class ServerNotStarted(Exception):
    """The address cannot be listened on."""


class TlsSource(Protocol):
    """What a server shows who it is by; it may change while the server runs."""

    def pair(self) -> tuple[bytes, bytes]:
        """Return private key and certificate, PEM; asked at every handshake, never raises."""
        ...


@dataclass(frozen=True)
class Listening:
    """Where and how a service is reached.

    Attributes
    ----------
    address : host:port; port 0 takes a free one
    max_request_bytes : larger messages are refused by the transport
    calls : of all kinds at a time
    grace_s : how long calls in hand may take to end when the server stops
    metrics_port : where loopback serves `/metrics`, if at all
    """

    tls: TlsSource
    address: str
    max_request_bytes: int
    calls: int
    grace_s: float
    metrics_port: int | None = None


class RpcServer:
    """One service on the running event loop; start and stop it once.

    Parameters
    ----------
    descriptor : of the service, whose methods those of `service` serve
    calls : counts ended calls, by method and code
    status_of : what a caller is told of an exception
    registry : the service's metrics
    """

    def __init__(
        self,
        descriptor: ServiceDescriptor,
        service: object,
        listening: Listening,
        *,
        calls: Counter,
        status_of: Callable[[Exception], Status],
        registry: CollectorRegistry,
    ) -> None:
        self.address = listening.address
        self._name: str = descriptor.full_name
        self._listening, self._registry = listening, registry
        self._end_metrics: Callable[[], None] = lambda: None
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(
            options=[*OPTIONS, (MAX_RECEIVE, listening.max_request_bytes)],
            maximum_concurrent_rpcs=listening.calls,
        )
        served = handlers(descriptor, service, calls=calls, status_of=status_of)
        self._server.add_generic_rpc_handlers((served,))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (self._name, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    async def start(self) -> None:
        """Listen and say so; raise `ServerNotStarted` where that cannot be."""
        self.address = self._listen()
        await self._server.start()
        await self.set_serving(True)

    async def set_serving(self, serving: bool) -> None:
        """Tell health checks whether to send anybody here."""
        answers = health_pb2.HealthCheckResponse
        await self._health.set(self._name, answers.SERVING if serving else answers.NOT_SERVING)

    async def announce_end(self) -> None:
        """Tell health checks, for good."""
        await self._health.enter_graceful_shutdown()

    async def stop(self) -> None:
        """Let the calls in hand finish, and close."""
        await self._server.stop(self._listening.grace_s)
        self._end_metrics()

    def _listen(self) -> str:
        """Take both ports; return the address with the port that it has."""
        host, _, number = self.address.rpartition(":")
        if not (host and number.isdecimal() and int(number) <= MAX_PORT):  # gRPC takes 99999 for 34463
            raise ServerNotStarted(f"{self.address!r} is no address to listen on: write host:port")
        try:
            port = self._server.add_secure_port(self.address, _credentials(self._listening.tls))
        except RuntimeError as error:
            raise ServerNotStarted(
                f"cannot listen on {self.address}: the port is taken, or the host is not this machine's"
            ) from error
        self._start_metrics()
        return f"{host}:{port}"

    def _start_metrics(self) -> None:
        port = self._listening.metrics_port
        if port is None:
            return
        try:
            server, thread = start_http_server(port, addr=LOOPBACK, registry=self._registry)
        except OSError as error:
            raise ServerNotStarted(f"cannot serve metrics on {LOOPBACK}:{port}: {error.strerror}") from error

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        self._end_metrics = end


def _credentials(tls: TlsSource) -> grpc.ServerCredentials:
    """Return credentials that follow the source: what is renewed is shown from the next handshake on."""
    shown = tls.pair()

    def newer() -> grpc.ServerCertificateConfiguration | None:
        nonlocal shown
        pair = tls.pair()
        if pair == shown:
            return None
        shown = pair
        return grpc.ssl_server_certificate_configuration([pair])

    first = grpc.ssl_server_certificate_configuration([shown])
    return grpc.dynamic_ssl_server_credentials(first, newer)  # type: ignore[arg-type] # None is: as before
