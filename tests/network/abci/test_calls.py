import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.network.abci import AbciApplication, PeerRefused
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.calls import CALLS, Caller, CallFailed

from .applications import Failing
from .peer import VERSIONS, echo

REQUESTS = [field.name for field in wire.Request.DESCRIPTOR.fields]


def call(request, application=None):
    return Caller(application or AbciApplication()).call(request.SerializeToString())


@pytest.mark.parametrize("name", REQUESTS)
def test_every_call_of_the_protocol_is_answered_by_its_own_message(name):
    request = wire.Request()
    getattr(request, name).SetInParent()
    if name == "info":
        request.info.MergeFrom(wire.RequestInfo(**VERSIONS))
    assert call(request).WhichOneof("value") == name


def test_an_application_has_a_method_for_every_call_but_echo_and_flush():
    assert {name for name in vars(AbciApplication) if not name.startswith("_")} == set(CALLS)
    assert set(CALLS) == set(REQUESTS) - {"echo", "flush"}


def test_an_echo_comes_back():
    assert call(echo("hello")).echo.message == "hello"


def test_an_application_that_overrides_nothing_proposes_what_fits():
    ask = wire.RequestPrepareProposal(txs=[b"one", b"two", b"three"], max_tx_bytes=7)
    answer = call(wire.Request(prepare_proposal=ask)).prepare_proposal
    assert list(answer.txs) == [b"one", b"two"]


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_or_refused(raw):
    try:
        answer = Caller(AbciApplication()).call(raw)
    except PeerRefused:
        return
    assert answer.WhichOneof("value") in REQUESTS


@pytest.mark.parametrize("raw", [b"", b"\x4a\x00", b"\xff", b"\x1a\x05ab"])
def test_no_call_an_unknown_call_and_garbage_are_refused(raw):
    with pytest.raises(PeerRefused):
        Caller(AbciApplication()).call(raw)


@pytest.mark.parametrize("abci_version", ["2.0.0", "2.3.1"])
def test_any_node_of_abci_2_is_welcome(abci_version):
    info = wire.RequestInfo(**{**VERSIONS, "abci_version": abci_version})
    assert call(wire.Request(info=info)).HasField("info")


@pytest.mark.parametrize(
    "other",
    [{"abci_version": "1.0.0"}, {"abci_version": "20.0"}, {"abci_version": ""}, {"block_version": 12}],
)
def test_a_node_of_another_version_is_told_which_one_to_use(other):
    info = wire.RequestInfo(**{**VERSIONS, **other})
    with pytest.raises(PeerRefused, match=r"use CometBFT v0\.38 or v0\.39"):
        call(wire.Request(info=info))


def test_what_an_application_raises_is_kept_with_the_name_of_the_call():
    with pytest.raises(CallFailed, match="check_tx: OSError: the disk is full") as failure:
        call(wire.Request(check_tx=wire.RequestCheckTx(tx=b"bad")), Failing())
    assert isinstance(failure.value.cause, OSError)


@pytest.mark.parametrize("answer", [None, wire.ResponseQuery()])
def test_an_answer_that_is_not_the_calls_is_a_failure_of_the_application(answer):
    class Wrong(AbciApplication):
        def check_tx(self, request):
            return answer

    with pytest.raises(CallFailed, match="in place of ResponseCheckTx"):
        call(wire.Request(check_tx=wire.RequestCheckTx()), Wrong())
