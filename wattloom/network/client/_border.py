"""The border with gRPC: every foreign exception becomes a `Failure` here, and nowhere else."""

from asyncio import CancelledError
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from wattloom.chaincode.api.codec import MalformedRecord, decode
from wattloom.chaincode.api.execution import Refusal
from wattloom.network.wire.gateway_pb2 import RefusalDetail

FOREIGN: Final = (grpc.RpcError, grpc.aio.UsageError, ValueError)
"""What a call may raise; the last two where the channel was closed."""

DOMAIN: Final = "wattloom"
NOT_TAKEN_REASONS: Final = frozenset(
    {"BUSY", "MEMBER_BUSY", "STOPPING", "TOO_MANY_STREAMS", "FOLLOWER_TOO_SLOW"}
)
"""Answers of a gateway that did nothing with the call, and would at another time."""

NEVER_CONNECTED: Final = "failed to connect to all addresses"
"""How gRPC words a call that found no connection to leave by; other words only make us more careful."""


class Fate(Enum):
    """What a failed call may have done."""

    REFUSED = auto()
    """The ledger or a contract said no, for good."""
    NOT_TAKEN = auto()
    """Nothing."""
    UNKNOWN = auto()
    """Perhaps everything."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that brought no answer.

    Attributes
    ----------
    again : whether the same call may fare better, at another gateway or later
    code : the refusal's, or gRPC's
    retry_after_s : the gateway's hint
    """

    fate: Fate
    again: bool
    code: str
    sentence: str
    details: dict[str, int | str]
    retry_after_s: float | None = None


CLOSED: Final = Failure(
    Fate.NOT_TAKEN, again=False, code="CLOSED", sentence="the client is closed", details={}
)

_CODES: Final[dict[grpc.StatusCode, tuple[Fate, bool]]] = {
    grpc.StatusCode.OK: (Fate.UNKNOWN, False),
    grpc.StatusCode.CANCELLED: (Fate.UNKNOWN, True),
    grpc.StatusCode.UNKNOWN: (Fate.UNKNOWN, True),
    grpc.StatusCode.INVALID_ARGUMENT: (Fate.NOT_TAKEN, False),
    grpc.StatusCode.DEADLINE_EXCEEDED: (Fate.UNKNOWN, True),
    grpc.StatusCode.NOT_FOUND: (Fate.NOT_TAKEN, False),
    grpc.StatusCode.ALREADY_EXISTS: (Fate.NOT_TAKEN, False),
    grpc.StatusCode.PERMISSION_DENIED: (Fate.NOT_TAKEN, False),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (Fate.UNKNOWN, True),
    grpc.StatusCode.FAILED_PRECONDITION: (Fate.NOT_TAKEN, False),
    grpc.StatusCode.ABORTED: (Fate.UNKNOWN, True),
    grpc.StatusCode.OUT_OF_RANGE: (Fate.NOT_TAKEN, False),
    grpc.StatusCode.UNIMPLEMENTED: (Fate.NOT_TAKEN, False),
    grpc.StatusCode.INTERNAL: (Fate.UNKNOWN, True),
    grpc.StatusCode.UNAVAILABLE: (Fate.UNKNOWN, True),
    grpc.StatusCode.DATA_LOSS: (Fate.UNKNOWN, False),
    grpc.StatusCode.UNAUTHENTICATED: (Fate.NOT_TAKEN, False),
}
"""Of a status without our `ErrorInfo`: the transport's, or of something between us and the gateway."""


_BY_NUMBER: Final = {code.value[0]: code for code in grpc.StatusCode}

CANCELLED: Final = Failure(
    Fate.UNKNOWN, again=False, code="CANCELLED", sentence="the call was given up", details={}
)
"""How asyncio tells of a call that this side ended."""


def failure_of(error: BaseException) -> Failure:
    """Translate whatever a call raised."""
    if isinstance(error, CancelledError):
        return CANCELLED
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
        return CLOSED
    return _failure(error.code(), error.details() or "", _details(error))


def failure_of_status(status: Status) -> Failure:
    """Translate a status that came as a message; raise `DecodeError` where its details are none of ours."""
    code = _BY_NUMBER.get(status.code, grpc.StatusCode.UNKNOWN)
    return _failure(code, status.message, _unpack(status))


def _failure(code: grpc.StatusCode, sentence: str, told: "_Details | None") -> Failure:
    fate, again = _CODES[code]
    if told is not None and told.info.domain == DOMAIN:
        not_taken = told.info.reason in NOT_TAKEN_REASONS
        if not_taken or fate is Fate.NOT_TAKEN:
            fate, again = (Fate.NOT_TAKEN, True) if not_taken else (Fate.REFUSED, False)
        return Failure(fate, again, told.info.reason, sentence, told.exact(), told.retry_after_s)
    if sentence.startswith(NEVER_CONNECTED):
        fate = Fate.NOT_TAKEN
    return Failure(fate, again, code.name, sentence, {})


@dataclass(slots=True)
class _Details:
    info: ErrorInfo
    refusal: RefusalDetail
    retry_after_s: float | None

    def exact(self) -> dict[str, int | str]:
        """Return the details with their types; as texts where the gateway sent no more."""
        try:
            return decode(self.refusal.data, Refusal).details
        except MalformedRecord:
            return dict(self.info.metadata)


def _details(error: "grpc.Call | grpc.aio.AioRpcError") -> _Details | None:
    try:
        status = rpc_status.from_call(error)
        return None if status is None else _unpack(status)
    except (DecodeError, ValueError):  # not what the status itself says: nobody's we know
        return None


def _unpack(status: Status) -> _Details:
    details = _Details(ErrorInfo(), RefusalDetail(), None)
    delay = RetryInfo()
    for each in status.details:
        if each.Unpack(delay):
            details.retry_after_s = delay.retry_delay.ToTimedelta() / timedelta(seconds=1)
        else:
            each.Unpack(details.info)
            each.Unpack(details.refusal)
    return details
