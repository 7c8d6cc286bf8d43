"""What is refused before any contract is asked: the same codes, details and stage on every engine."""

import time

import pytest

from tests.conformance import raw
from tests.conformance.assembly import Assembly
from tests.conformance.ledgers import START_S, authority
from wattloom.chaincode.accounts.records import Party
from wattloom.identity.certificates import Authority
from wattloom.network.transactions import MAX_TRANSACTION_BYTES, decode, sign
from wattloom.network.wire.gateway_pb2 import CommitStatusRequest, EvaluateRequest, SubmitRequest
from wattloom.network.wire.transaction_pb2 import Transaction

DAY_S = 86_400


def signed(
    member, function="accounts:open", *, arguments=None, valid_for_s=60, introduce=True, chain_id=None
):
    """Sign what a client would not: other chains, validities and certificates."""
    if arguments is None:
        arguments = b'{"party_id":"%s"}' % member.party_id.encode()
    return sign(
        member.identity,
        chain_id=chain_id or member.town.ledger.chain_id,
        function=function,
        arguments=arguments,
        valid_until_s=int(time.time()) + valid_for_s,
        introduce=introduce,
    )


@pytest.fixture
def anna(town):
    return town.member("anna")


def test_a_transaction_of_another_chain_is_refused(anna):
    refusal = anna.refusal_of(signed(anna, chain_id="another"))
    assert (refusal.code, refusal.details) == ("WRONG_CHAIN", {"chain_id": "another"})
    assert refusal.height is None


def test_a_transaction_whose_validity_has_passed_is_refused(anna):
    late = signed(anna, valid_for_s=-60)
    refusal = anna.refusal_of(late)
    assert refusal.code == "TRANSACTION_EXPIRED"
    assert refusal.details["valid_until_s"] == late.valid_until_s < refusal.details["block_time_s"]


def test_a_validity_beyond_what_ids_are_remembered_is_refused(anna):
    early = signed(anna, valid_for_s=1_000)
    refusal = anna.refusal_of(early)
    assert refusal.code == "VALIDITY_TOO_FAR"
    assert refusal.details["valid_until_s"] == early.valid_until_s > refusal.details["latest_s"]


def test_an_unknown_creator_is_asked_for_its_certificates(anna):
    refusal = anna.refusal_of(signed(anna, introduce=False))
    assert (refusal.code, refusal.details) == ("UNKNOWN_CREATOR", {"client_id": anna.identity.client_id})


def test_a_signature_by_another_key_is_refused_and_the_right_one_is_taken_afterwards(town, anna):
    right = signed(anna)
    other = town.member("other").identity
    forged = Transaction(body=right.body, signature=other.sign(right.body)).SerializeToString()
    refusal = anna.refusal_of(decode(forged))
    assert (refusal.code, refusal.details) == ("SIGNATURE_REFUSED", {"reason": "SIGNATURE_INVALID"})
    assert anna.send(right).tx_id == right.tx_id.hex()


def test_a_transaction_that_was_signed_twice_is_the_same_transaction(anna):
    first = signed(anna)
    receipt = anna.send(first)
    again = Transaction(body=first.body, signature=anna.identity.sign(first.body)).SerializeToString()
    assert again != first.raw
    assert anna.send(decode(again)) == receipt


def test_a_certificate_of_an_organisation_that_is_not_there_is_refused(town):
    strangers = authority(town.name("strangers"))
    eve = town.acting(strangers.issue_client("eve", role="home", not_before_s=START_S), "any.eve")
    refusal = eve.refusal("accounts:open", Party(party_id="any.eve"))
    assert (refusal.code, refusal.details) == (
        "UNKNOWN_ORGANISATION",
        {"organisation": strangers.organisation},
    )


def test_a_certificate_by_another_ca_of_the_same_name_is_refused(town):
    eve = town.acting(authority("north").issue_client("eve", role="home", not_before_s=START_S), "north.eve")
    refusal = eve.refusal("accounts:open", Party(party_id="north.eve"))
    assert (refusal.code, refusal.details) == ("CERTIFICATE_REFUSED", {"reason": "CERTIFICATE_UNTRUSTED"})


def test_a_certificate_cannot_carry_the_ledgers_own_role(town):
    refusal = town.member("fake", "ledger").refusal("accounts:open", Party(party_id="north.fake"))
    assert (refusal.code, refusal.details) == ("RESERVED_ROLE", {"role": "ledger"})


def test_a_certificate_counts_within_its_validity_alone(town):
    now_s, name = int(time.time()), town.name("cooperative")
    issuer = Authority.create("CA", organisation=name, not_before_s=now_s - 10 * DAY_S)
    with Assembly(town).admitted(issuer):
        for code, begins_s in (
            ("CERTIFICATE_EXPIRED", now_s - 2 * DAY_S),
            ("CERTIFICATE_NOT_YET_VALID", now_s + DAY_S),
        ):
            identity = issuer.issue_client("carla", role="home", not_before_s=begins_s, days=1)
            refusal = town.acting(identity, f"{name}.carla").refusal("accounts:open", Party(party_id="a.b"))
            assert (refusal.code, refusal.details["client_id"]) == (code, identity.client_id)


def test_functions_are_called_in_their_own_way_alone(anna):
    party = Party(party_id=anna.party_id)
    unknown = anna.refusal("accounts:close", party)
    assert (unknown.code, unknown.details) == ("UNKNOWN_FUNCTION", {"function": "accounts:close"})
    assert anna.refusal("nothing:at_all", party).code == "UNKNOWN_FUNCTION"
    for function, kind, query in (
        ("accounts:statement", "query", False),
        ("accounts:open", "transaction", True),
        ("transactive:start", "timer", False),
        ("transactive:start", "timer", True),
    ):
        refusal = anna.refusal(function, party, query=query)
        assert (refusal.code, refusal.details) == ("WRONG_KIND", {"function": function, "kind": kind})
        assert refusal.height is None


def test_arguments_that_are_no_such_record_are_refused_with_the_code_alone(anna):
    for arguments in (
        b"",
        b"{",
        b"[]",
        b'{"party_id":7}',
        b'{"party_id":"a.b","more":1}',
        b'{"party_id":"a"}',
    ):
        refusal = anna.refusal_of(signed(anna, arguments=arguments))
        assert (refusal.code, refusal.details) == ("INVALID_ARGUMENT", {})


def test_bytes_that_are_no_transaction_are_refused_by_the_gateway(town, anna):
    padded = signed(anna).raw + b"\x18\x00"
    for data in (b"", b"\xff", padded):
        for method, request in (
            ("Submit", SubmitRequest(transaction=data)),
            ("Evaluate", EvaluateRequest(transaction=data)),
        ):
            refusal = raw.refusal(town, method, request)
            assert (refusal.code, set(refusal.details)) == ("MALFORMED_TRANSACTION", {"reason"})


def test_a_transaction_above_the_limit_is_refused_by_the_gateway(town):
    request = SubmitRequest(transaction=b"\x0a" * (MAX_TRANSACTION_BYTES + 1))
    refusal = raw.refusal(town, "Submit", request)
    limit = {"limit_bytes": MAX_TRANSACTION_BYTES, "size_bytes": MAX_TRANSACTION_BYTES + 1}
    assert (refusal.code, refusal.details) == ("TRANSACTION_TOO_LARGE", limit)


def test_a_call_whose_own_fields_do_not_fit_is_refused(town):
    refusal = raw.refusal(town, "CommitStatus", CommitStatusRequest(tx_id=b"short"))
    assert (refusal.code, refusal.details) == ("BAD_REQUEST", {"field": "tx_id", "reason": "has 32 bytes"})
