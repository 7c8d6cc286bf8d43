"""Requests that a meter or a registrar would send, before something in them is broken."""

from wattloom.identity.keys import SigningKey
from wattloom.identity.service import statements
from wattloom.identity.wire import identity_pb2 as wire

from .conftest import MADE_AT_S


def nonce_of(client):
    return client.call(client.stub.Challenge, wire.ChallengeRequest()).nonce


def enrolment(meter, nonce, *, key=None, signer=None, made_at_s=MADE_AT_S, chain=None):
    key = key or SigningKey.generate()
    statement = statements.enrolment(nonce, meter.certificate, made_at_s, key.public_key.spki)
    return wire.EnrolRequest(
        nonce=nonce,
        manufacturer_chain=meter.chain if chain is None else chain,
        manufactured_at_s=made_at_s,
        public_key=key.public_key.spki,
        manufacturer_signature=(signer or meter).sign(statement),
        possession_signature=key.sign(statement),
    )


def enrolled(client, meter):
    """Enrol a meter with a new key."""
    return client.enrol(meter, manufactured_at_s=MADE_AT_S, key=SigningKey.generate())
