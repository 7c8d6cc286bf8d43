import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo

from wattloom.chaincode.api.errors import ChaincodeError, InvalidArgument
from wattloom.chaincode.registry.errors import ClientRevoked
from wattloom.network import engine
from wattloom.network.gateway.statuses import MAX_DETAIL_BYTES, STATUSES, status_of


class Unlisted(ChaincodeError):
    code = "UNLISTED"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unlisted("the rules say no"), grpc.StatusCode.FAILED_PRECONDITION),
        (ClientRevoked(client_id="00"), grpc.StatusCode.UNAUTHENTICATED),
        (engine.Busy(), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (engine.EngineStopped(), grpc.StatusCode.UNAVAILABLE),
        (KeyError("secret"), grpc.StatusCode.INTERNAL),
    ],
)
def test_every_error_has_a_status(error, code):
    assert status_of(error).code == code.value[0]


def test_an_unforeseen_error_says_nothing_of_itself():
    status = status_of(KeyError("secret"))
    assert "secret" not in status.message
    assert not status.details


def test_no_refusal_is_told_as_success_or_as_a_fault_of_the_transport():
    assert set(STATUSES.values()).isdisjoint(
        {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED}
    )


def test_long_texts_are_cut_so_that_trailers_stay_small():
    status = status_of(InvalidArgument(reason="é" * 100_000))
    info = ErrorInfo()
    assert any(each.Unpack(info) for each in status.details)
    assert info.reason == "INVALID_ARGUMENT"
    assert status.ByteSize() < 2 * MAX_DETAIL_BYTES
