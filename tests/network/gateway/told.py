"""What a stock gRPC client is told when a call fails."""

from contextlib import contextmanager
from dataclasses import dataclass

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from grpc_status import rpc_status

from wattloom.network.wire.gateway_pb2 import RefusalDetail


@dataclass
class Told:
    code: grpc.StatusCode = grpc.StatusCode.OK
    sentence: str = ""
    reason: str = ""
    domain: str = ""
    metadata: dict = None
    exact: bytes = b""
    retry_after_s: float | None = None


@contextmanager
def told():
    """Expect the call in the block to fail, and fill in what it was told."""
    found = Told()
    with pytest.raises(grpc.RpcError) as raised:
        yield found
    error = raised.value
    found.code, found.sentence = error.code(), error.details()
    status = rpc_status.from_call(error)
    for each in [] if status is None else status.details:
        info, exact, retry = ErrorInfo(), RefusalDetail(), RetryInfo()
        if each.Unpack(info):
            found.reason, found.domain, found.metadata = info.reason, info.domain, dict(info.metadata)
        elif each.Unpack(exact):
            found.exact = exact.data
        elif each.Unpack(retry):
            found.retry_after_s = retry.retry_delay.ToNanoseconds() / 1e9
