"""A gateway in a thread of its own, for programs that are not asynchronous themselves."""

import asyncio
import threading
from concurrent.futures import Future

from wattloom.network.engine import Engine
from wattloom.network.gateway.limits import DEFAULT_LIMITS, Limits
from wattloom.network.gateway.server import GatewayServer
from wattloom.rpc.server import ANY_PORT, TlsSource


class GatewayThread:
    """`with GatewayThread(engine, tls=...) as gateway: gateway.address`; see `GatewayServer`."""

    def __init__(
        self,
        engine: Engine,
        *,
        tls: TlsSource,
        address: str = ANY_PORT,
        limits: Limits = DEFAULT_LIMITS,
        metrics_port: int | None = None,
    ) -> None:
        self._engine, self._tls, self._limits = engine, tls, limits
        self._metrics_port = metrics_port
        self._started: Future[str] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="gateway", daemon=True
        )
        self.address = address

    def __enter__(self) -> "GatewayThread":
        """Start; raise `GatewayNotStarted`."""
        self._thread.start()
        self.address = self._started.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = GatewayServer(
                self._engine,
                tls=self._tls,
                address=self.address,
                limits=self._limits,
                metrics_port=self._metrics_port,
            )
            await server.start()
        except BaseException as error:  # noqa: BLE001 - told to whoever enters
            self._started.set_exception(error)
            return
        self._started.set_result(server.address)
        await self._told.wait()
        await server.stop()
