"""The bytes that callers sign: a label for each call, then its fields, each of a fixed length or the last."""

from hashlib import sha256
from typing import Final

from wattloom.identity.wire import identity_pb2 as wire

_LABEL: Final = "wattloom/identity/{}/v1\0"


def enrolment(
    nonce: bytes, manufacturer_certificate: bytes, manufactured_at_s: int, public_key: bytes
) -> bytes:
    """Return what a meter signs, with its manufacturer's key and with the key to be certified."""
    made = manufactured_at_s.to_bytes(8, "big", signed=True)
    return _statement("enrol", nonce, sha256(manufacturer_certificate).digest(), made, public_key)


def renewal(nonce: bytes, certificate_id: bytes, public_key: bytes) -> bytes:
    """Return what a meter signs, with the key that it has and with its next one."""
    return _statement("renew", nonce, certificate_id, public_key)


def revocation(nonce: bytes, certificate_id: bytes, reason: int) -> bytes:
    """Return what a registrar signs to take a certificate back."""
    return _statement("revoke", nonce, certificate_id, reason.to_bytes(1, "big"))


def listing(nonce: bytes, after_index: int, limit: int, *, only_valid: bool) -> bytes:
    """Return what a registrar signs to see what was issued."""
    return _statement(
        "list", nonce, after_index.to_bytes(8, "big"), limit.to_bytes(4, "big"), bytes([only_valid])
    )


def answering(nonce: bytes, request: wire.SignExistenceRequest) -> bytes:
    """Return what a witness signs to hand in its answers and to see what is asked of it."""
    answers = (
        each.epoch.to_bytes(8, "big") + each.lfdi + each.tree.to_bytes(4, "big") + each.blind_signature
        for each in request.signed
    )
    return _statement("answer", nonce, request.lfdi, sha256(b"".join(answers)).digest())


def _statement(kind: str, nonce: bytes, *fields: bytes) -> bytes:
    return _LABEL.format(kind).encode() + sha256(nonce).digest() + b"".join(fields)
