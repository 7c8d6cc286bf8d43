"""How a call to the identity service may end, other than well.

IdentityError
└── IdentityClientError
    ├── NotAnswered     it could not be reached, or is overloaded: try again
    └── Refused         it says no, and `code` in one stable word why
"""

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

from wattloom.identity.errors import IdentityError
from wattloom.rpc.statuses import DOMAIN

_AGAIN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED}


class IdentityClientError(IdentityError):
    """The call did not end well."""


class NotAnswered(IdentityClientError):
    """The service could not be reached, or is overloaded."""


class Refused(IdentityClientError):
    """The service says no."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code, self.sentence = code, sentence

    def __str__(self) -> str:
        return self.sentence


def error_of(error: grpc.RpcError) -> IdentityClientError:
    """Return our error for gRPC's."""
    if error.code() in _AGAIN:
        return NotAnswered(f"identity service: {error.details()}")
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = ErrorInfo()
        if detail.Unpack(info) and info.domain == DOMAIN:
            return Refused(info.reason, status.message)
    return NotAnswered(f"identity service: {error.details()}")
