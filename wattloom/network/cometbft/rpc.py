"""A client of one node's RPC: JSON-RPC over HTTP, on the node's Unix socket or a TCP port.

RpcError
├── RpcAddressWrong  what should be an address is none
├── RpcUnavailable   no whole answer came; whether the node acted on the call is unknown
└── RpcRefused       the node answered that it did not do it
"""

import http.client
import select
import socket
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import msgspec

TIMEOUT_S = 30.0

Param = str | int | bool | bytes
"""An argument as CometBFT reads it: a 64-bit number goes as text, bytes in base64."""


class RpcError(Exception):
    """A call had no result."""


class RpcAddressWrong(RpcError):
    """What should be a node's RPC address is none."""

    def __init__(self, address: str) -> None:
        example = "unix:///run/rpc.sock or tcp://127.0.0.1:26657"
        super().__init__(f"{address!r} is no RPC address such as {example}")


class RpcUnavailable(RpcError):
    """The node did not answer, or not with an answer; it may or may not have acted."""

    def __init__(self, address: str, what: str) -> None:
        super().__init__(f"the node's RPC at {address} did not answer: {what}")
        self.address = address


class RpcRefused(RpcError):
    """The node answered with an error: JSON-RPC's code, its sentence and the detail."""

    def __init__(self, method: str, code: int, message: str, data: str = "") -> None:
        super().__init__(f"{method}: {message}{': ' if data else ''}{data}")
        self.method, self.code, self.message, self.data = method, code, message, data


class RpcClient:
    """Calls to one node over one kept connection.

    Any thread may call; calls wait for each other, so a thread that must not wait has its own client.
    `address` is `unix:///path/to/rpc.sock` or `tcp://127.0.0.1:26657`.

    Raises
    ------
    RpcAddressWrong : the address is neither
    """

    def __init__(self, address: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self.address = address
        self._connection = _connection(address, timeout_s)
        self._turn = threading.Lock()

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        with self._turn:
            self._connection.close()

    def __enter__(self) -> "RpcClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, method: str, **params: Param) -> Any:  # noqa: ANN401 - JSON
        """Return the result of one call; raise `RpcError`."""
        return msgspec.json.decode(self.raw(method, **params))

    def raw(self, method: str, **params: Param) -> bytes:
        """Return the result of one call as JSON that is still to be read; raise `RpcError`."""
        result = _result(method, self._decode(self._post(_request(0, method, params)), _Answer))
        if isinstance(result, RpcRefused):
            raise result
        return result

    def batch(self, method: str, calls: Sequence[Mapping[str, Param]]) -> list[bytes | RpcRefused]:
        """Make many calls of one method in one request; return results as JSON, or refusals, in order.

        Raises
        ------
        RpcUnavailable : no answer; any of the calls may have been done
        RpcRefused : the node refused the request whole, for instance as too large
        """
        if not calls:
            return []
        body = self._post([_request(number, method, params) for number, params in enumerate(calls)])
        if not body.lstrip().startswith(b"["):  # the node writes a lone answer without the list around it
            answer = self._decode(body, _Answer)
            result = _result(method, answer)
            if isinstance(result, RpcRefused) and (answer.id is None or len(calls) > 1):
                raise result
            answers = [answer]
        else:
            answers = self._decode(body, list[_Answer])
        if [each.id for each in answers] != list(range(len(calls))):
            raise RpcUnavailable(self.address, f"{len(calls)} calls were not answered one by one")
        return [_result(method, each) for each in answers]

    def _post(self, content: object) -> bytes:
        body = msgspec.json.encode(content)
        with self._turn:
            try:
                self._drop_stale()
                self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
                response = self._connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                raise RpcUnavailable(self.address, str(error) or type(error).__name__) from error
        if not answer:
            raise RpcUnavailable(self.address, f"status {response.status} with nothing in it")
        return answer

    def _drop_stale(self) -> None:
        """Close a connection that the node has closed: it does so after some idle seconds."""
        if self._connection.sock is None:
            return
        waiting = select.poll()
        waiting.register(self._connection.sock, select.POLLIN)
        if waiting.poll(0):  # nothing is asked, so there is nothing to read but the end
            self._connection.close()

    def _decode(self, body: bytes, kind: type[Any]) -> Any:  # noqa: ANN401 - of the kind
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.MsgspecError as error:
            raise RpcUnavailable(self.address, f"its answer is not JSON-RPC: {error}") from error


class _Fault(msgspec.Struct):
    code: int
    message: str
    data: str = ""


class _Answer(msgspec.Struct):
    id: int | None = None
    result: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))
    error: _Fault | None = None


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connected.settimeout(self.timeout)
            connected.connect(self._path)
        except OSError:
            connected.close()
            raise
        self.sock = connected


def _connection(address: str, timeout_s: float) -> http.client.HTTPConnection:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise RpcAddressWrong(address) from error
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return _UnixConnection(parts.path, timeout_s)
    if parts.scheme in {"tcp", "http"} and parts.hostname and port and parts.path in {"", "/"}:
        return http.client.HTTPConnection(parts.hostname, port, timeout=timeout_s)
    raise RpcAddressWrong(address)


def _request(number: int, method: str, params: Mapping[str, Param]) -> dict[str, object]:
    written = {name: str(value) if type(value) is int else value for name, value in params.items()}
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": written}


def _result(method: str, answer: _Answer) -> bytes | RpcRefused:
    if answer.error is not None:
        return RpcRefused(method, answer.error.code, answer.error.message, answer.error.data)
    return bytes(answer.result)
