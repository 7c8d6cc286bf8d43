"""Bad input: each gets its code, at the door and in a block alike, and leaves contracts' state as it was."""

import json

import pytest

from tests.network.application.trials import Name, Note
from tests.network.community import Community
from wattloom.chaincode.accounts.records import Amount, Party
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.api.execution import Status
from wattloom.chaincode.registry.records import ClientId
from wattloom.identity.certificates import Authority
from wattloom.identity.signatures import ORDER
from wattloom.network.refusals import DuplicateTransaction
from wattloom.network.transactions import MAX_TRANSACTION_BYTES, MAX_VALIDITY_S
from wattloom.network.wire.transaction_pb2 import Transaction, TransactionBody

A_NOTE = Note(name="note")
STRANGERS = Community()


@pytest.fixture
def bench(bench):
    bench.block(bench.sign("ann", "trials:write", A_NOTE), bench.sign("bob", "trials:write", A_NOTE))
    return bench


def signed_otherwise(tx, signature):
    return Transaction(body=tx.body, signature=signature).SerializeToString()


def with_high_s(tx):
    s = int.from_bytes(tx.signature[32:], "big")
    return signed_otherwise(tx, tx.signature[:32] + (ORDER - s).to_bytes(32, "big"))


def with_a_flipped_argument(tx):
    body = TransactionBody.FromString(tx.body)
    body.arguments = body.arguments.replace(b"note", b"nota")
    return Transaction(body=body.SerializeToString(), signature=tx.signature).SerializeToString()


def of_an_expired_certificate(bench):
    signer = bench.community.authority.issue_client(
        "old", role="participant", not_before_s=bench.community.start_s, days=1
    )
    bench.block(bench.sign("old", "trials:write", A_NOTE, signer=signer), after_s=1)
    bench.block(after_s=86_400)
    return bench.sign("old", "trials:write", A_NOTE, signer=signer)


def of_a_certificate_that_begins_later(bench):
    start_s = bench.time_s + 1_000
    signer = bench.community.authority.issue_client("early", role="participant", not_before_s=start_s)
    return bench.sign("early", "trials:write", A_NOTE, signer=signer)


def of_a_revoked_certificate(bench):
    registrar = bench.community.member("registrar", "registrar")
    revoked = ClientId(client_id=bench.community.member("rita").client_id)
    tx = bench.sign("rita", "trials:write", A_NOTE)
    (outcome,) = bench.block(
        bench.sign("registrar", "registry:revoke_client", revoked, signer=registrar)
    ).outcomes
    assert outcome.status is Status.OK
    return tx


def of_a_second_certificate(bench):
    signer = bench.community.authority.issue_client(
        "ann", role="auditor", not_before_s=bench.community.start_s
    )
    return bench.sign("ann", "trials:write", A_NOTE, signer=signer)


def of_a_ledger_s_own_role(bench):
    signer = bench.community.authority.issue_client(
        "fake", role="ledger", not_before_s=bench.community.start_s
    )
    return bench.sign("fake", "trials:write", A_NOTE, signer=signer)


def replayed(bench):
    tx = bench.sign("ann", "trials:write", A_NOTE)
    bench.block(tx)
    return tx


AT_THE_DOOR = {
    "not protobuf": (lambda b: b"\xff\xff\xff", "MALFORMED_TRANSACTION"),
    "nothing at all": (lambda b: b"", "MALFORMED_TRANSACTION"),
    "oversized": (lambda b: bytes(MAX_TRANSACTION_BYTES + 1), "TRANSACTION_TOO_LARGE"),
    "padded protobuf": (
        lambda b: b.sign("ann", "trials:write", A_NOTE).raw + b"\x18\x01",
        "MALFORMED_TRANSACTION",
    ),
    "unknown contract": (lambda b: b.sign("ann", "nothing:write", A_NOTE), "UNKNOWN_FUNCTION"),
    "unknown function": (lambda b: b.sign("ann", "trials:nothing", A_NOTE), "UNKNOWN_FUNCTION"),
    "no function": (lambda b: b.sign("ann", "", A_NOTE), "UNKNOWN_FUNCTION"),
    "a Python attribute": (lambda b: b.sign("ann", "trials:__init__", A_NOTE), "UNKNOWN_FUNCTION"),
    "the ledger's own part": (lambda b: b.sign("ann", "ledger:facts", A_NOTE), "UNKNOWN_FUNCTION"),
    "a query sent as a transaction": (
        lambda b: b.sign("ann", "trials:read", Name(name="note")),
        "WRONG_KIND",
    ),
    "a timer called from outside": (lambda b: b.sign("ann", "trials:ring", A_NOTE), "WRONG_KIND"),
    "wrong chain": (lambda b: b.sign("ann", "trials:write", A_NOTE, chain_id="other"), "WRONG_CHAIN"),
    "no chain": (lambda b: b.sign("ann", "trials:write", A_NOTE, chain_id=""), "WRONG_CHAIN"),
    "validity passed": (
        lambda b: b.sign("ann", "trials:write", A_NOTE, valid_until_s=b.time_s - 1),
        "TRANSACTION_EXPIRED",
    ),
    "validity too far ahead": (
        lambda b: b.sign("ann", "trials:write", A_NOTE, valid_until_s=b.time_s + MAX_VALIDITY_S + 2),
        "VALIDITY_TOO_FAR",
    ),
    "replayed": (replayed, "DUPLICATE_TRANSACTION"),
    "replayed with another signature": (
        lambda b: signed_otherwise(tx := replayed(b), b.community.member("ann").sign(tx.body)),
        "DUPLICATE_TRANSACTION",
    ),
    "foreign certificate": (
        lambda b: b.sign("eve", "trials:write", A_NOTE, signer=STRANGERS.member("eve")),
        "CERTIFICATE_REFUSED",
    ),
    "certificate of an unknown organisation": (
        lambda b: b.sign("eve", "trials:write", A_NOTE, signer=foreign_member(b)),
        "UNKNOWN_ORGANISATION",
    ),
    "unknown certificate without its chain": (
        lambda b: b.sign("nobody", "trials:write", A_NOTE, introduce=False),
        "UNKNOWN_CREATOR",
    ),
    "expired certificate": (of_an_expired_certificate, "CERTIFICATE_EXPIRED"),
    "certificate that begins later": (of_a_certificate_that_begins_later, "CERTIFICATE_NOT_YET_VALID"),
    "revoked certificate": (of_a_revoked_certificate, "CLIENT_REVOKED"),
    "second certificate of a party": (of_a_second_certificate, "PARTY_BOUND"),
    "certificate with the ledger's role": (of_a_ledger_s_own_role, "RESERVED_ROLE"),
    "signature of zeros": (
        lambda b: signed_otherwise(b.sign("ann", "trials:write", A_NOTE), bytes(64)),
        "SIGNATURE_REFUSED",
    ),
    "signature by another": (
        lambda b: signed_otherwise(
            tx := b.sign("ann", "trials:write", A_NOTE), b.community.member("bob").sign(tx.body)
        ),
        "SIGNATURE_REFUSED",
    ),
    "high-S signature": (lambda b: with_high_s(b.sign("ann", "trials:write", A_NOTE)), "SIGNATURE_REFUSED"),
    "altered after signing": (
        lambda b: with_a_flipped_argument(b.sign("ann", "trials:write", A_NOTE)),
        "SIGNATURE_REFUSED",
    ),
    "short signature": (
        lambda b: signed_otherwise(b.sign("ann", "trials:write", A_NOTE), bytes(63)),
        "MALFORMED_TRANSACTION",
    ),
}


def foreign_member(bench):
    return Authority.create("far CA", organisation="far", not_before_s=bench.community.start_s).issue_client(
        "eve", role="participant", not_before_s=bench.community.start_s
    )


def raw_of(tx):
    return tx if isinstance(tx, bytes) else tx.raw


@pytest.mark.parametrize("what", AT_THE_DOOR)
def test_at_the_door_it_is_refused_with_its_code(bench, what):
    make, code = AT_THE_DOOR[what]
    raw = raw_of(make(bench))
    before = bench.application.info()
    for _ in range(2):
        with pytest.raises(ChaincodeError) as refusal:
            bench.application.check(raw)
        assert refusal.value.code == code
    assert bench.application.info() == before


@pytest.mark.parametrize("what", AT_THE_DOOR)
def test_in_a_block_it_is_refused_with_the_same_code_and_changes_no_contract_s_state(bench, what):
    make, code = AT_THE_DOOR[what]
    raw = raw_of(make(bench))
    before, height = bench.contract_state(), bench.application.info().height
    (outcome,) = bench.block(raw).outcomes
    assert (outcome.status, outcome.code) == (Status.REFUSED, code)
    assert json.loads(outcome.data)["code"] == code
    assert (outcome.events, bench.contract_state()) == ([], before)
    assert bench.application.info().height == height + 1


@pytest.mark.parametrize("what", AT_THE_DOOR)
def test_a_proposal_with_it_is_refused_with_the_same_code(bench, what):
    make, code = AT_THE_DOOR[what]
    raw, good = raw_of(make(bench)), bench.sign("ann", "trials:write", A_NOTE).raw
    assert bench.application.process([good], time_s=bench.time_s) is None
    assert bench.application.process([good, raw], time_s=bench.time_s).code == code


IN_THE_CALL = {
    "no arguments": ("accounts:transfer", b"", "INVALID_ARGUMENT"),
    "malformed JSON": ("accounts:transfer", b'{"payee":', "INVALID_ARGUMENT"),
    "more than JSON": ("accounts:transfer", b'{"payee":"hills.bob","amount_nano":1}{}', "INVALID_ARGUMENT"),
    "no text": ("accounts:transfer", b"\xff\xfe\x00", "INVALID_ARGUMENT"),
    "broken text in a field": ("trials:write", b'{"name":"a","text":"\xed\xa0\x80"}', "INVALID_ARGUMENT"),
    "half a character in a field": ("trials:write", rb'{"name":"a","text":"\ud800"}', "INVALID_ARGUMENT"),
    "a list": ("accounts:transfer", b"[]", "INVALID_ARGUMENT"),
    "null": ("accounts:transfer", b"null", "INVALID_ARGUMENT"),
    "a very deep list": ("accounts:transfer", b'{"payee":' + b"[" * 100_000, "INVALID_ARGUMENT"),
    "a missing field": ("accounts:transfer", b'{"payee":"hills.bob"}', "INVALID_ARGUMENT"),
    "an extra field": (
        "accounts:transfer",
        b'{"payee":"hills.bob","amount_nano":1,"note":""}',
        "INVALID_ARGUMENT",
    ),
    "text for a number": (
        "accounts:transfer",
        b'{"payee":"hills.bob","amount_nano":"1"}',
        "INVALID_ARGUMENT",
    ),
    "a truth for a number": (
        "accounts:transfer",
        b'{"payee":"hills.bob","amount_nano":true}',
        "INVALID_ARGUMENT",
    ),
    "a fraction": ("accounts:transfer", b'{"payee":"hills.bob","amount_nano":1.0}', "INVALID_ARGUMENT"),
    "an exponent": ("accounts:transfer", b'{"payee":"hills.bob","amount_nano":1e3}', "INVALID_ARGUMENT"),
    "zero": ("accounts:transfer", b'{"payee":"hills.bob","amount_nano":0}', "INVALID_ARGUMENT"),
    "a negative number": ("accounts:transfer", b'{"payee":"hills.bob","amount_nano":-1}', "INVALID_ARGUMENT"),
    "a number beyond 64 bits": (
        "accounts:transfer",
        b'{"payee":"hills.bob","amount_nano":%d}' % 2**64,
        "INVALID_ARGUMENT",
    ),
    "a number of many digits": (
        "accounts:transfer",
        b'{"payee":"hills.bob","amount_nano":%b}' % (b"9" * 10_000),
        "INVALID_ARGUMENT",
    ),
    "a party of no form": ("accounts:transfer", b'{"payee":"Bob/..","amount_nano":1}', "INVALID_ARGUMENT"),
    "a party that is not there": (
        "accounts:transfer",
        b'{"payee":"hills.zoe","amount_nano":1}',
        "NOT_FOUND",
    ),
    "more than there is": (
        "accounts:transfer",
        b'{"payee":"hills.bob","amount_nano":1001}',
        "INSUFFICIENT_FUNDS",
    ),
    "wrong role": ("accounts:mint", encode(Amount(party_id="hills.ann", amount_nano=1)), "FORBIDDEN"),
    "a refusal of the contract's own": ("trials:refuse", encode(A_NOTE), "UNWANTED"),
}


@pytest.mark.parametrize("what", IN_THE_CALL)
def test_a_call_that_does_not_fit_is_refused_and_changes_no_contract_s_state(bench, what):
    function, arguments, code = IN_THE_CALL[what]
    tx = bench.sign("ann", function, arguments, introduce=False)
    bench.application.check(tx.raw)
    before, timers = bench.contract_state(), bench.timers()
    (outcome,) = bench.block(tx).outcomes
    assert (outcome.status, outcome.code) == (Status.REFUSED, code)
    assert json.loads(outcome.data)["code"] == code
    assert (outcome.events, bench.contract_state(), bench.timers()) == ([], before, timers)


@pytest.mark.parametrize("what", IN_THE_CALL)
def test_the_bytes_of_a_refused_call_are_refused_again(bench, what):
    function, arguments, _ = IN_THE_CALL[what]
    tx = bench.sign("ann", function, arguments, introduce=False)
    bench.block(tx)
    with pytest.raises(DuplicateTransaction):
        bench.application.check(tx.raw)
    (outcome,) = bench.block(tx).outcomes
    assert outcome.code == "DUPLICATE_TRANSACTION"


A_NAME = Name(name="note")

AS_A_QUERY = {
    "unknown contract": (lambda b: b.sign("ann", "nothing:read", A_NAME), "UNKNOWN_FUNCTION"),
    "a transaction sent as a query": (lambda b: b.sign("ann", "trials:write", A_NOTE), "WRONG_KIND"),
    "a timer": (lambda b: b.sign("ann", "trials:ring", A_NOTE), "WRONG_KIND"),
    "wrong chain": (lambda b: b.sign("ann", "trials:read", A_NAME, chain_id="other"), "WRONG_CHAIN"),
    "validity passed": (
        lambda b: b.sign("ann", "trials:read", A_NAME, valid_until_s=b.time_s - 1),
        "TRANSACTION_EXPIRED",
    ),
    "foreign certificate": (
        lambda b: b.sign("eve", "trials:read", A_NAME, signer=STRANGERS.member("eve")),
        "CERTIFICATE_REFUSED",
    ),
    "bad signature": (
        lambda b: signed_otherwise(b.sign("ann", "trials:read", A_NAME), bytes(64)),
        "SIGNATURE_REFUSED",
    ),
    "high-S signature": (lambda b: with_high_s(b.sign("ann", "trials:read", A_NAME)), "SIGNATURE_REFUSED"),
    "malformed JSON": (lambda b: b.sign("ann", "trials:read", b"{"), "INVALID_ARGUMENT"),
    "nothing there": (lambda b: b.sign("ann", "trials:read", Name(name="none")), "NOT_FOUND"),
    "another's account": (
        lambda b: b.sign("ann", "accounts:statement", Party(party_id="hills.bob")),
        "FORBIDDEN",
    ),
    "oversized": (lambda b: bytes(MAX_TRANSACTION_BYTES + 1), "TRANSACTION_TOO_LARGE"),
}


@pytest.mark.parametrize("what", AS_A_QUERY)
def test_as_a_query_it_is_refused_with_its_code(bench, what):
    make, code = AS_A_QUERY[what]
    raw, before = raw_of(make(bench)), bench.application.info()
    with pytest.raises(ChaincodeError) as refusal:
        bench.application.evaluate(raw)
    assert refusal.value.code == code
    assert bench.application.info() == before
