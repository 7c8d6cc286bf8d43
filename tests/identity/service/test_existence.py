import secrets

import pytest

from tests.identity.existence import samples
from wattloom.identity.client import Refused
from wattloom.identity.existence import blinding, statements
from wattloom.identity.existence.blind_keys import modulus
from wattloom.identity.keys import SigningKey
from wattloom.identity.service.statements import answering
from wattloom.identity.wire import identity_pb2 as wire

from .conftest import MADE_AT_S

MESSAGE = b"a tree"


@pytest.fixture
def enrolled(client, new_meter):
    def enrol():
        meter = new_meter()
        client.enrol(meter, manufactured_at_s=MADE_AT_S, key=SigningKey.generate())
        return meter

    return enrol


def question(meter, witness, *, tree=0, epoch=3, blinded=None, by=None):
    said = {"epoch": epoch, "tree": tree, "blinded": blinded or b"\x01" * 256}
    signed = statements.question(lfdi=meter.lfdi, witness=witness.lfdi, **said)
    names = {"lfdi": bytes.fromhex(meter.lfdi), "witness": bytes.fromhex(witness.lfdi)}
    return wire.RequestExistenceRequest(**said, **names, signature=(by or meter).sign(signed))


def ask(client, *arguments, **options):
    return client.call(client.stub.RequestExistence, question(*arguments, **options)).blind_signature


def answers(client, witness, signed=(), *, by=None, nonce=None):
    request = wire.SignExistenceRequest(
        nonce=nonce or client.call(client.stub.Challenge, wire.ChallengeRequest()).nonce,
        lfdi=bytes.fromhex(witness.lfdi),
        signed=signed,
    )
    request.signature = (by or witness).sign(answering(request.nonce, request))
    return request


def fetch(client, witness, signed=(), **options):
    return client.call(client.stub.SignExistence, answers(client, witness, signed, **options)).asked


def answer(asked, blind_signature):
    return wire.BlindSigned(
        epoch=asked.epoch, lfdi=asked.lfdi, tree=asked.tree, blind_signature=blind_signature
    )


def refusal(call, *arguments, **options):
    with pytest.raises(Refused) as refused:
        call(*arguments, **options)
    return refused.value.code


def test_a_witness_answers_a_meter_and_the_service_sees_neither_tree_nor_signature(client, enrolled):
    meter, witness, key = enrolled(), enrolled(), samples.witness_key()
    n = modulus(key.blind_key)
    blinded = blinding.blind(n, MESSAGE)
    assert ask(client, meter, witness, blinded=blinded.message) == b""
    (asked,) = fetch(client, witness)
    assert (asked.lfdi.hex(), asked.blinded) == (meter.lfdi, blinded.message)
    assert list(fetch(client, witness, [answer(asked, key.blind_sign(asked.blinded))])) == []
    blind_signature = ask(client, meter, witness, blinded=blinded.message)
    blinding.finalize(n, MESSAGE, blind_signature, blinded.inverse)


def test_questions_reach_their_own_witness_alone(client, enrolled):
    meter, witness, other = enrolled(), enrolled(), enrolled()
    ask(client, meter, witness, tree=1)
    ask(client, meter, witness, tree=0)
    ask(client, other, witness)
    assert list(fetch(client, other)) == []
    assert len(fetch(client, witness)) == 3
    stolen = answer(question(meter, witness), b"\x07" * 256)
    fetch(client, other, [stolen])
    assert ask(client, meter, witness) == b""


def test_a_question_is_of_the_meter_that_it_names_and_stays_as_it_was_asked(client, enrolled):
    meter, witness = enrolled(), enrolled()
    assert refusal(ask, client, meter, witness, by=witness) == "NOT_POSSESSED"
    ask(client, meter, witness)
    assert refusal(ask, client, meter, witness, blinded=b"\x02" * 256) == "BAD_REQUEST"


def test_only_enrolled_meters_write_and_are_written_to(client, enrolled, new_meter):
    meter, stranger = enrolled(), new_meter()
    assert refusal(ask, client, stranger, meter) == "NOT_FOUND"
    assert refusal(ask, client, meter, stranger) == "NOT_FOUND"
    assert refusal(fetch, client, stranger) == "NOT_FOUND"


def test_a_witness_is_who_it_says_and_uses_a_challenge_once(client, enrolled):
    meter, witness = enrolled(), enrolled()
    assert refusal(fetch, client, witness, by=meter) == "NOT_POSSESSED"
    assert refusal(fetch, client, witness, nonce=secrets.token_bytes(64)) == "NONCE_REFUSED"
    request = answers(client, witness)
    client.call(client.stub.SignExistence, request)
    assert refusal(client.call, client.stub.SignExistence, request) == "NONCE_REFUSED"
    changed = answers(client, witness)
    changed.signed.append(answer(question(meter, witness), b"\x01" * 256))
    assert refusal(client.call, client.stub.SignExistence, changed) == "NOT_POSSESSED"


@pytest.mark.parametrize(
    "wrong",
    [
        {"lfdi": b"\x01" * 19},
        {"witness": b""},
        {"blinded": b"\x01" * 255},
        {"epoch": 0},
        {"epoch": 2**64 - 1},
        {"tree": 1_000},
    ],
    ids=str,
)
def test_fields_that_do_not_fit_are_named(client, enrolled, wrong):
    meter = enrolled()
    request = question(meter, meter)
    for name, value in wrong.items():
        setattr(request, name, value)
    assert refusal(client.call, client.stub.RequestExistence, request) == "BAD_REQUEST"


def test_what_a_witness_does_not_sign_it_is_not_asked_again(client, enrolled):
    meter, witness = enrolled(), enrolled()
    ask(client, meter, witness)
    (asked,) = fetch(client, witness)
    assert list(fetch(client, witness, [answer(asked, b"")])) == []
    assert ask(client, meter, witness) == b""
    assert list(fetch(client, witness)) == []


def test_an_answer_of_another_length_is_refused(client, enrolled):
    witness = enrolled()
    short = answer(question(witness, witness), b"\x01" * 255)
    assert refusal(fetch, client, witness, [short]) == "BAD_REQUEST"
