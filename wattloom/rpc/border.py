"""The border to gRPC: bytes become messages on the way in, exceptions become statuses on the way out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final, Protocol

import grpc
import structlog
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status
from prometheus_client import Counter

log = structlog.get_logger(__name__)

Send = Callable[[Message], Awaitable[None]]
Receive = AsyncIterator[Any]
Unary = Callable[[Any], Awaitable[Message]]
Stream = Callable[[Any, Send], Awaitable[None]]
"""Takes the request, or the requests as they come, and sends."""


PEER: Final[ContextVar[str]] = ContextVar("peer", default="")
"""Who calls the unary method that runs, as gRPC writes it: `ipv4:127.0.0.1:50512`."""


class Context(Protocol):
    """The part of gRPC's own context that the border uses."""

    write: Send

    def peer(self) -> str:
        """Return where the call comes from."""
        ...

    async def abort(self, code: grpc.StatusCode, details: str, trailing_metadata: Any) -> None:  # noqa: ANN401
        """End the call with a status, by raising."""
        ...


class NoMessage(Exception):
    """The bytes of a request are no message of its method."""


def handlers(
    descriptor: ServiceDescriptor,
    service: object,
    *,
    calls: Counter,
    status_of: Callable[[Exception], Status],
) -> grpc.GenericRpcHandler:
    """Return what serves every method of a service by the method of that name of `service`.

    A unary method takes the request, a stream also takes `send`; each may raise.

    Parameters
    ----------
    calls : counts ended calls, by method and code
    status_of : what a caller is told of an exception, `NoMessage` included
    """
    by_name = {
        method.name: _handler(method, getattr(service, method.name), calls, status_of)
        for method in descriptor.methods
    }
    return grpc.method_handlers_generic_handler(descriptor.full_name, by_name)


_STREAM_HANDLERS = {
    False: grpc.unary_stream_rpc_method_handler,
    True: grpc.stream_stream_rpc_method_handler,
}
"""By whether the requests come as a stream too."""


def _handler(
    method: MethodDescriptor,
    serve: Any,  # noqa: ANN401 - `Unary` or `Stream`
    calls: Counter,
    status_of: Callable[[Exception], Status],
) -> "grpc.RpcMethodHandler[Any, Any]":
    request, response = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
    border = _Border(method.name, calls, status_of)
    make, answer = (
        (_STREAM_HANDLERS[method.client_streaming], border.stream(serve))
        if method.server_streaming
        else (grpc.unary_unary_rpc_method_handler, border.unary(serve))
    )
    return make(
        answer,
        request_deserializer=_tolerant(request),
        response_serializer=response.SerializeToString,
    )


def _tolerant(kind: type[Message]) -> Callable[[bytes], Message | None]:
    """Read a message; None for bytes that are none, so that our own refusal can be sent."""

    def read(data: bytes) -> Message | None:
        try:
            return kind.FromString(data)
        except DecodeError:
            return None

    return read


class _Border:
    """Wraps one method: counts how calls end, and turns whatever is raised into a status."""

    def __init__(self, method: str, calls: Counter, status_of: Callable[[Exception], Status]) -> None:
        self._method = method
        self._status_of = status_of
        self._ended = {code: calls.labels(method, code.name) for code in grpc.StatusCode}

    def unary(self, serve: Unary) -> Callable[[Message | None, Context], Awaitable[Message | None]]:
        async def answer(request: Message | None, context: Context) -> Message | None:
            PEER.set(context.peer())
            try:
                response = await serve(_present(request))
            except BaseException as error:
                await self._abort(context, error)
                raise  # `abort` raises by itself
            self._ended[grpc.StatusCode.OK].inc()
            return response

        return answer

    def stream(self, serve: Stream) -> Callable[[Message | None, Context], Awaitable[None]]:
        async def answer(request: Message | None, context: Context) -> None:
            try:
                await serve(_present(request), context.write)
            except BaseException as error:
                await self._abort(context, error)
                raise
            self._ended[grpc.StatusCode.OK].inc()

        return answer

    async def _abort(self, context: Context, error: BaseException) -> None:
        if not isinstance(error, Exception):
            self._ended[grpc.StatusCode.CANCELLED].inc()
            raise error
        status = rpc_status.to_status(self._status_of(error))
        self._ended[status.code].inc()
        if status.code is grpc.StatusCode.INTERNAL:
            log.error("call failed", method=self._method, exc_info=error)
        await context.abort(status.code, status.details, status.trailing_metadata)


def _present(request: Message | None) -> Message:
    if request is None:
        raise NoMessage
    return request
