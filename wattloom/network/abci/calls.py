"""One request in, one response out."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError, Message

from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.application import AbciApplication
from wattloom.network.abci.errors import PeerRefused

ABCI_MAJOR_VERSION = "2"
BLOCK_VERSION = 11
"""Of the blocks that CometBFT v0.34 to v0.39 make."""

_NOT_FOR_APPLICATIONS = {"exception", "echo", "flush"}

CALLS: dict[str, type[Message]] = {
    field.name: type(getattr(wire.Response(), field.name))
    for field in wire.Response.DESCRIPTOR.fields
    if field.name not in _NOT_FOR_APPLICATIONS
}
"""The calls that an application answers, and the message that answers each."""


class CallFailed(Exception):
    """The application raised, or answered with another message than the call's; `cause` says what."""

    def __init__(self, call: str, cause: BaseException) -> None:
        super().__init__(f"{call}: {type(cause).__name__}: {cause}")
        self.call, self.cause = call, cause


class Caller:
    """Calls an application, request by request.

    Raises
    ------
    PeerRefused : the bytes are no request, or the node speaks another version
    CallFailed : the application raised
    """

    def __init__(self, application: AbciApplication) -> None:
        self._methods: dict[str, Callable[[Any], Message]] = {
            name: getattr(application, name) for name in CALLS
        }

    def call(self, raw: bytes) -> wire.Response:
        """Return the answer to one request."""
        try:
            request = wire.Request.FromString(raw)
        except DecodeError:
            raise PeerRefused("a message that is no ABCI request") from None
        name = request.WhichOneof("value")
        if name is None:
            raise PeerRefused("a call that ABCI 2.0 does not have")
        if name == "flush":
            return wire.Response(flush=wire.ResponseFlush())
        if name == "echo":
            return wire.Response(echo=wire.ResponseEcho(message=request.echo.message))
        if name == "info":
            check_versions(request.info)
        return self._ask(name, getattr(request, name))

    def _ask(self, name: str, request: Message) -> wire.Response:
        try:
            answer = self._methods[name](request)
            if type(answer) is not CALLS[name]:
                raise TypeError(f"answered {type(answer).__name__} in place of {CALLS[name].__name__}")
            return wire.Response(**{name: answer})  # type: ignore[arg-type]
        except BaseException as error:
            raise CallFailed(name, error) from error


def check_versions(info: wire.RequestInfo) -> None:
    """Raise `PeerRefused` unless the node speaks ABCI 2 over blocks of version 11."""
    if info.abci_version.partition(".")[0] != ABCI_MAJOR_VERSION or info.block_version != BLOCK_VERSION:
        raise PeerRefused(
            f"the node (version {info.version or 'unknown'}) speaks ABCI {info.abci_version or 'unknown'}"
            f" over blocks of version {info.block_version}, the application ABCI {ABCI_MAJOR_VERSION}.x over"
            f" blocks of version {BLOCK_VERSION}: use CometBFT v0.38 or v0.39"
        )
