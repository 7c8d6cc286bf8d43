"""The identity service as a server: from its folder to an orderly end."""

import asyncio
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

import structlog

from wattloom.identity.errors import IdentityError
from wattloom.identity.service.crls import CrlKeeper
from wattloom.identity.service.errors import ServiceNotStarted
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.limits import MAX_REQUEST_BYTES, Limits
from wattloom.identity.service.outbox import RETRY_S, Outbox
from wattloom.identity.service.publishing import Publisher
from wattloom.identity.service.register import Register
from wattloom.identity.service.service import IdentityService
from wattloom.identity.service.statuses import status_of
from wattloom.identity.wire import identity_pb2
from wattloom.rpc.server import ANY_PORT, Listening, RpcServer, ServerNotStarted

SERVICE: Final = identity_pb2.DESCRIPTOR.services_by_name["Identity"]

log = structlog.get_logger(__name__)


class IdentityServer:
    """One folder's service, on the running event loop; start and stop it once.

    Parameters
    ----------
    publisher : tells the ledger; without one, announcements wait in the database
    address : host:port to listen on; port 0 takes a free one, which `address` then names
    retry_s : how long to wait after the ledger could not be told
    """

    def __init__(
        self,
        folder: ServiceFolder,
        publisher: Publisher | None = None,
        *,
        address: str = ANY_PORT,
        metrics_port: int | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        self._folder = folder
        self._database = folder.database()
        settings, tls = folder.settings, folder.tls()
        self.register: Final = Register(
            self._database, folder.issuers(), folder.log_key(), per_day=settings.certificates_per_day
        )
        self.outbox: Final = Outbox(self._database, publisher, retry_s=retry_s)
        limits = Limits(per_second=settings.calls_per_second, burst=settings.burst)
        self._service = IdentityService(
            self.register, folder.manufacturers(), self.outbox, CrlKeeper(self.register), limits, publisher
        )
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
        """Listen; raise `ServiceNotStarted` where that cannot be."""
        try:
            await self._rpc.start()
        except ServerNotStarted as error:
            raise ServiceNotStarted(str(error)) from error
        self.outbox.start()
        log.info("identity service started", address=self.address)

    async def stop(self) -> None:
        """Say so, let the calls in hand finish, and close."""
        await self._rpc.announce_end()
        await self._rpc.stop()
        await self._service.settle()
        await self.outbox.stop()
        self._database.close()
        log.info("identity service stopped", address=self.address)

    def reload(self) -> None:
        """Take over the issuing authorities and manufacturers that the folder has now, all or none."""
        try:
            issuers, manufacturers = self._folder.issuers(), self._folder.manufacturers()
        except IdentityError as error:
            log.error("folder not reloaded", reason=str(error))
        else:
            self.register.issuers, self._service.manufacturers = issuers, manufacturers
            log.info("folder reloaded", issuing=issuers.current_id.hex(), manufacturers=sorted(manufacturers))


async def serve_identity(
    folder: ServiceFolder,
    publisher: Publisher | None,
    *,
    address: str,
    metrics_port: int | None = None,
    on_ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP reloads the folder; `on_ready` hears the address.

    Raises
    ------
    ServiceNotStarted, DatabaseUnusable, KeyFileError
    """
    server = IdentityServer(folder, publisher, address=address, metrics_port=metrics_port)
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    loop.add_signal_handler(signal.SIGHUP, server.reload)
    await server.start()
    on_ready(server.address)
    await told.wait()
    await server.stop()


class IdentityThread:
    """`with IdentityThread(folder) as identity: identity.address`: a service in a thread of its own.

    Parameters
    ----------
    connect : makes the publisher, on the service's event loop
    """

    def __init__(
        self,
        folder: ServiceFolder,
        connect: Callable[[], Publisher] | None = None,
        *,
        address: str = ANY_PORT,
        retry_s: float = RETRY_S,
    ) -> None:
        self._folder, self._connect, self.address = folder, connect, address
        self._retry_s = retry_s
        self._started: Future[IdentityServer] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="identity", daemon=True
        )

    def __enter__(self) -> "IdentityThread":
        """Start; raise as `IdentityServer` does."""
        self._thread.start()
        self.server = self._started.result()
        self.address = self.server.address
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join()

    def publish_again(self) -> None:
        """Look for announcements that wait."""
        self._loop.call_soon_threadsafe(self.server.outbox.wake)

    def drain(self, timeout_s: float = 30.0) -> None:
        """Return once the ledger knows everything."""
        asyncio.run_coroutine_threadsafe(self.server.outbox.drained(), self._loop).result(timeout_s)

    async def _serve(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        try:
            publisher = self._connect() if self._connect else None
            server = IdentityServer(self._folder, publisher, address=self.address, retry_s=self._retry_s)
            await server.start()
        except BaseException as error:  # noqa: BLE001 - told to whoever enters
            self._started.set_exception(error)
            return
        self._started.set_result(server)
        await self._told.wait()
        await server.stop()
