"""The public keys of blind signatures: RSA moduli of exactly 2,048 bits, with one exponent."""

from typing import Final

from wattloom.identity.errors import Code, IdentityRejected

MODULUS_BYTES: Final = 256
EXPONENT: Final = 65_537
SALT_BYTES: Final = 48
"""Of RSABSSA-SHA384-PSS-Deterministic. Source: RFC 9474, 5."""


def modulus(blind_key: bytes) -> int:
    """Return the modulus that a witness's public key is; raise `IdentityRejected` on any other form."""
    number = int.from_bytes(blind_key, "big")
    if len(blind_key) != MODULUS_BYTES or blind_key[0] < 0x80 or number % 2 == 0:
        raise IdentityRejected(Code.KEY_MALFORMED, "blind key: must be an odd modulus of exactly 2,048 bits")
    return number
