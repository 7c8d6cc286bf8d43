"""Blind signatures: a witness signs for a meter that it knows what it never sees. Source: RFC 9474.

The variant is RSABSSA-SHA384-PSS-Deterministic, which suits messages that nobody can guess, such as the root
of a tree of fresh keys. Keys have 2,048 bits and the exponent 65,537, and are for nothing else (6.2). Who
asks needs no OpenSSL; a signature is an ordinary RSASSA-PSS one, which `verifying` judges.
"""

import secrets
from hashlib import sha384
from math import gcd
from typing import Final, NamedTuple

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.existence.blind_keys import EXPONENT, SALT_BYTES

_DIGEST_BYTES: Final = 48


class Blinded(NamedTuple):
    """A blinded message, and the inverse that only who blinded it knows."""

    message: bytes
    inverse: int


def blind(n: int, message: bytes, *, salt: bytes | None = None, r: int | None = None) -> Blinded:
    """Return the blinded message. Source: RFC 9474, 4.2; `salt` and `r` are given by test vectors alone."""
    encoded = encode(message, secrets.token_bytes(SALT_BYTES) if salt is None else salt, n.bit_length() - 1)
    m = int.from_bytes(encoded, "big")
    if gcd(m, n) != 1:
        raise IdentityRejected(
            Code.KEY_MALFORMED, "blind key: its modulus is not a product of two large primes"
        )
    r = _coprime(n) if r is None else r
    z = m * pow(r, EXPONENT, n) % n
    return Blinded(z.to_bytes(_length(n), "big"), pow(r, -1, n))


def finalize(n: int, message: bytes, blind_signature: bytes, inverse: int) -> bytes:
    """Return the signature; raise `IdentityRejected` unless it verifies. Source: RFC 9474, 4.4."""
    if len(blind_signature) != _length(n):
        raise IdentityRejected(Code.SIGNATURE_LENGTH, f"blind signature: must be {_length(n)} bytes")
    s = int.from_bytes(blind_signature, "big") * inverse % n
    signature = s.to_bytes(_length(n), "big")
    verify(n, message, signature)
    return signature


def verify(n: int, message: bytes, signature: bytes) -> None:
    """Raise `IdentityRejected` unless it is a signature over the message. Source: RFC 8017, 8.1.2."""
    s = int.from_bytes(signature, "big")
    if len(signature) != _length(n) or s >= n:
        raise IdentityRejected(Code.SIGNATURE_RANGE, "blind signature: must be a number below the modulus")
    bits = n.bit_length() - 1
    m = pow(s, EXPONENT, n)
    if m.bit_length() <= bits:
        encoded = m.to_bytes((bits + 7) // 8, "big")
        salt = _block(encoded, bits)[-SALT_BYTES:]
        if encoded == encode(message, salt, bits):
            return
    raise IdentityRejected(Code.SIGNATURE_INVALID, "blind signature: not this witness's over this tree")


def encode(message: bytes, salt: bytes, bits: int) -> bytes:
    """Return EMSA-PSS of a message with SHA-384. Source: RFC 8017, 9.1.1."""
    digest = sha384(bytes(8) + sha384(message).digest() + salt).digest()
    padding = bytes((bits + 7) // 8 - len(salt) - _DIGEST_BYTES - 2)
    masked = _masked(padding + b"\x01" + salt, digest, bits)
    return masked + digest + b"\xbc"


def _block(encoded: bytes, bits: int) -> bytes:
    return _masked(encoded[: -_DIGEST_BYTES - 1], encoded[-_DIGEST_BYTES - 1 : -1], bits)


def _masked(block: bytes, seed: bytes, bits: int) -> bytes:
    mask = b"".join(
        sha384(seed + n.to_bytes(4, "big")).digest() for n in range(-(-len(block) // _DIGEST_BYTES))
    )
    mixed = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    mixed[0] &= 0xFF >> (-bits % 8)
    return bytes(mixed)


def _coprime(n: int) -> int:
    while True:
        r = secrets.randbelow(n)
        if r > 1 and gcd(r, n) == 1:
            return r


def _length(n: int) -> int:
    return (n.bit_length() + 7) // 8
