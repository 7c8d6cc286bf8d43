"""From what the service raises to what its callers are told."""

from typing import Final

from google.rpc.status_pb2 import Status
from grpc import StatusCode

from wattloom.identity.errors import Code, IdentityRejected, InvalidRequest
from wattloom.identity.service.errors import BadRequest, ServiceRefusal
from wattloom.rpc.border import NoMessage
from wattloom.rpc.statuses import error_status

_UNAUTHENTICATED: Final = {
    Code.SIGNATURE_INVALID,
    Code.CERTIFICATE_UNTRUSTED,
    Code.CERTIFICATE_EXPIRED,
    Code.CERTIFICATE_NOT_YET_VALID,
}


def status_of(error: Exception) -> Status:
    """Return the status of an error; nothing is told of one that we do not foresee."""
    match error:
        case NoMessage():
            return status_of(BadRequest(field="request", reason="is not a protobuf message of this method"))
        case ServiceRefusal():
            return error_status(
                error.status,
                str(error),
                reason=error.code,
                facts=error.facts,
                retry_after_s=error.retry_after_s,
            )
        case IdentityRejected():
            unauthenticated = error.code in _UNAUTHENTICATED
            code = StatusCode.UNAUTHENTICATED if unauthenticated else StatusCode.INVALID_ARGUMENT
            return error_status(code, str(error), reason=error.code, facts={})
        case InvalidRequest():
            return status_of(BadRequest(field="request", reason=str(error)))
    return Status(code=StatusCode.INTERNAL.value[0], message="the identity service failed; its log says why")
