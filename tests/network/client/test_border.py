"""Whatever gRPC raises ends in one of our own errors."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import grpc
import pytest

from wattloom.network.client import ClientError, CommitUnknown, NotAnswered, NotSubmitted
from wattloom.network.client._border import _CODES, CLOSED, Fate, failure_of

from ..community import CHAIN_ID
from ..notes import Name, Note

SURELY_NOT_TAKEN = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.UNAUTHENTICATED,
}
FAILURES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


@pytest.fixture
def something_else(tls):
    """A server that is no gateway, and answers everything with the status in `code`."""
    answer = SimpleNamespace(code=grpc.StatusCode.UNKNOWN)

    class Anything(grpc.GenericRpcHandler):
        def service(self, details):
            return grpc.unary_unary_rpc_method_handler(
                lambda request, context: context.abort(answer.code, "so be it")
            )

    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool, handlers=[Anything()])
        credentials = grpc.ssl_server_credentials([(tls.key_pem, tls.certificate_pem)])
        answer.address = f"127.0.0.1:{server.add_secure_port('127.0.0.1:0', credentials)}"
        server.start()
        yield answer
        server.stop(None).wait()


def test_every_status_code_is_in_the_table():
    assert set(_CODES) == set(grpc.StatusCode)


@pytest.mark.parametrize("code", FAILURES, ids=lambda code: code.name)
def test_every_status_of_something_between_us_becomes_our_error(connect, something_else, code):
    something_else.code = code
    final = code in SURELY_NOT_TAKEN
    patience_s = 10.0 if final else 0.3  # what is final is not tried again
    client = connect(something_else.address, chain_id=CHAIN_ID, patience_s=patience_s)
    with pytest.raises(ClientError) as raised:
        client.submit("notes:write", Note(name="n"))
    assert type(raised.value) is (NotSubmitted if final else CommitUnknown)
    with pytest.raises(NotAnswered):
        client.evaluate("notes:read", Name(name="n"), Note)
    with pytest.raises(NotAnswered):
        next(client.blocks(1))
    assert not final or code.name in str(raised.value)


def test_a_call_on_a_closed_channel_never_left():
    channel = grpc.insecure_channel("127.0.0.1:1")
    channel.close()
    with pytest.raises(ValueError, match="closed") as raised:
        channel.unary_unary("/a/b")(b"")
    assert failure_of(raised.value) is CLOSED


def test_a_call_that_found_no_connection_never_left():
    """Pins gRPC's words; without them the client would only be more careful."""
    with grpc.insecure_channel("127.0.0.1:1") as channel, pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/a/b")(b"", timeout=10)
    failure = failure_of(raised.value)
    assert (failure.fate, failure.again) == (Fate.NOT_TAKEN, True)
