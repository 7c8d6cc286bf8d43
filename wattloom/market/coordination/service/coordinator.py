"""The coordinator as a server: homes call in over TLS, and one session is led to its end."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Collection
from typing import Any, Final, NoReturn

import grpc
import structlog

from wattloom.identity.tls import TlsIdentity
from wattloom.market.coordination.masking.fixed_point import NUMBER_BYTES, VETO_BYTES
from wattloom.market.coordination.masking.session_keys import NONCE_BYTES, Roots, SessionName
from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.codec import session_to_wire
from wattloom.market.coordination.service.coordination_pb2_grpc import (
    CoordinationServicer,
    add_CoordinationServicer_to_server,
)
from wattloom.market.coordination.service.desk import Desk
from wattloom.market.coordination.service.errors import NotListening, TooLate, TurnedAway
from wattloom.market.coordination.service.leading import lead
from wattloom.market.coordination.service.method import Method, Shape
from wattloom.market.coordination.service.reception import Reception
from wattloom.market.coordination.service.records import DEFAULT_BOUNDS, Bounds, Found

ANY_PORT: Final = "127.0.0.1:0"
SLACK_BYTES: Final = 16_384
"""What a message holds beside its numbers: certificates, or field headers."""
STRANGERS: Final = 64
"""Calls at a time beyond one per invited home."""
GRACE_S: Final = 5.0

Context = grpc.aio.ServicerContext[Any, Any]

log = structlog.get_logger(__name__)


class CoordinationServer(CoordinationServicer):
    """Leads one session: `async with CoordinationServer(...) as server: found = await server.lead()`.

    Parameters
    ----------
    session_id : of the session on the ledger that is to start from what is found
    invited : the homes' party ids
    roots : the organisations whose homes may come
    method : what is asked
    tls : what homes know this coordinator by
    address : host:port to listen on; port 0 takes a free one, which `address` then names
    """

    def __init__(
        self,
        session_id: str,
        *,
        invited: Collection[str],
        roots: Roots,
        method: Method,
        tls: TlsIdentity,
        address: str = ANY_PORT,
        bounds: Bounds = DEFAULT_BOUNDS,
    ) -> None:
        self.address = address
        self._session = SessionName(session_id, secrets.token_bytes(NONCE_BYTES))
        self._reception = Reception(self._session, invited=invited, roots=roots)
        self._method = method
        self._bounds = bounds
        self._server = grpc.aio.server(
            options=[
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", _largest_answer(method.shape) + SLACK_BYTES),
                ("grpc.keepalive_time_ms", 20_000),
                ("grpc.keepalive_timeout_ms", 10_000),
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ],
            maximum_concurrent_rpcs=len(invited) + STRANGERS,
        )
        add_CoordinationServicer_to_server(self, self._server)
        self._credentials = grpc.ssl_server_credentials([(tls.key_pem, tls.certificate_pem)])

    async def __aenter__(self) -> "CoordinationServer":
        """Listen; raise `NotListening` where that cannot be."""
        try:
            port = self._server.add_secure_port(self.address, self._credentials)
        except RuntimeError as error:
            raise NotListening(
                f"cannot listen on {self.address}: the port is taken, or not this machine's"
            ) from error
        self.address = f"{self.address.rpartition(':')[0]}:{port}"
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop(GRACE_S)

    async def lead(self) -> Found:
        """Wait for the homes, lead them to a result, and tell it to all.

        Raises
        ------
        TooFewHomes, GivenUp : there is no result; the homes have been told why
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._bounds.join_s):
                await self._reception.everybody.wait()
        desks = self._reception.close()
        return await lead(self._method, desks, bounds=self._bounds, traffic=self._reception.traffic)

    async def TakePart(  # noqa: N802 - the method's name
        self,
        requests: AsyncIterator[wire.TakePartRequest],
        context: Context,
    ) -> AsyncIterator[wire.TakePartResponse]:
        """Serve one home from its key to the end."""
        yield wire.TakePartResponse(session=session_to_wire(self._session))
        desk = await self._welcome(requests, context)
        reading = asyncio.create_task(_read(desk, requests))
        try:
            while (message := await desk.outbox.get()) is not None:
                if isinstance(message, TurnedAway):
                    await _abort(context, message)
                else:
                    yield message
            await asyncio.wait([reading], timeout=GRACE_S)  # it hangs up once it has read the last word
        finally:
            reading.cancel()
            desk.leave(TooLate("the home has gone"))
            self._reception.left(desk)

    async def _welcome(self, requests: AsyncIterator[wire.TakePartRequest], context: Context) -> Desk:
        try:
            async with asyncio.timeout(self._bounds.join_s):
                return await self._reception.welcome(requests)
        except TimeoutError:
            refused: TurnedAway = TooLate("no key was shown in time")
        except TurnedAway as error:
            refused = error
        return await _abort(context, refused)


async def _read(desk: Desk, requests: AsyncIterator[wire.TakePartRequest]) -> None:
    """Hand on what a home says, until it goes, or says what cannot be taken."""
    try:
        async for said in requests:
            desk.take(said)
        desk.leave(TooLate("the home has gone"))
    except TurnedAway as refused:
        desk.turn_away(refused)
    except Exception:  # noqa: BLE001 - whatever gRPC makes of a broken connection or of bytes that are no message
        desk.leave(TooLate("the home's connection broke"))


async def _abort(context: Context, refused: TurnedAway) -> NoReturn:
    log.info("home turned away", status=refused.status.name, reason=str(refused))
    await context.abort(refused.status, str(refused))
    raise refused  # `abort` raises by itself


def _largest_answer(shape: Shape) -> int:
    """Return how many bytes the longest answer has, its count included."""
    sizes = [shape(kind) for kind in Kind]
    return max(NUMBER_BYTES * (addends + 1) + VETO_BYTES * vetoes for addends, vetoes in sizes)
