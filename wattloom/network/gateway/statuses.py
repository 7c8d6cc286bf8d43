"""One table from refusals to gRPC statuses, and the richer status that carries code, details and sentence."""

from typing import Final

from google.rpc.status_pb2 import Status
from grpc import StatusCode

from wattloom.chaincode.api import errors as rules
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.api.execution import refused
from wattloom.chaincode.registry.errors import MembershipRefusal
from wattloom.network import engine, refusals
from wattloom.network.gateway.errors import BadRequest, Busy, GatewayRefusal, Stopping
from wattloom.network.wire.gateway_pb2 import RefusalDetail
from wattloom.rpc.border import NoMessage
from wattloom.rpc.statuses import error_status

MAX_DETAIL_BYTES: Final = 4_000
"""Details travel in HTTP/2 trailers, of which clients take about 8 kB."""

STATUSES: Final[dict[str, StatusCode]] = {
    rules.InvalidArgument.code: StatusCode.INVALID_ARGUMENT,
    rules.WrongKind.code: StatusCode.INVALID_ARGUMENT,
    refusals.MalformedTransaction.code: StatusCode.INVALID_ARGUMENT,
    refusals.TransactionTooLarge.code: StatusCode.INVALID_ARGUMENT,
    refusals.WrongChain.code: StatusCode.INVALID_ARGUMENT,
    rules.NotFound.code: StatusCode.NOT_FOUND,
    rules.UnknownFunction.code: StatusCode.NOT_FOUND,
    engine.ProofUnavailable.code: StatusCode.NOT_FOUND,
    rules.AlreadyExists.code: StatusCode.ALREADY_EXISTS,
    refusals.DuplicateTransaction.code: StatusCode.ALREADY_EXISTS,
    rules.Forbidden.code: StatusCode.PERMISSION_DENIED,
    refusals.SignatureRefused.code: StatusCode.UNAUTHENTICATED,
    **{each.code: StatusCode.UNAUTHENTICATED for each in MembershipRefusal.__subclasses__()},
}
"""By stable code; every other refusal is a FAILED_PRECONDITION: well formed, but the rules say no."""


def status_of(error: Exception) -> Status:
    """Return what a caller is told of an error; nothing where it is none that we foresee."""
    match error:
        case NoMessage():
            return status_of(BadRequest(field="request", reason="is not a protobuf message of this method"))
        case GatewayRefusal():
            return _status(error.status, error, error.retry_after_s)
        case engine.Busy():
            return status_of(Busy())
        case engine.EngineStopped():
            return status_of(Stopping())
        case ChaincodeError():
            return _status(STATUSES.get(error.code, StatusCode.FAILED_PRECONDITION), error, None)
    return Status(code=StatusCode.INTERNAL.value[0], message="the gateway failed; its log says why")


def _status(code: StatusCode, error: ChaincodeError, retry_after_s: float | None) -> Status:
    exact = refused(error).data
    return error_status(
        code,
        str(error),
        reason=error.code,
        facts=error.details,
        more=[RefusalDetail(data=exact)] if len(exact) <= MAX_DETAIL_BYTES else (),
        retry_after_s=retry_after_s,
    )
