"""Witnesses' signatures over trees, and the keys that make them."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.existence.blind_keys import EXPONENT, MODULUS_BYTES, SALT_BYTES, modulus

_SHA384 = hashes.SHA384()
_PSS: Final = padding.PSS(mgf=padding.MGF1(_SHA384), salt_length=SALT_BYTES)


def verify_voucher(blind_key: bytes, message: bytes, signature: bytes) -> None:
    """Raise `IdentityRejected` unless the witness with this key (256-byte modulus) has signed the message."""
    if len(signature) != MODULUS_BYTES:
        raise IdentityRejected(Code.SIGNATURE_LENGTH, f"voucher: must be {MODULUS_BYTES} bytes")
    try:
        key = rsa.RSAPublicNumbers(EXPONENT, modulus(blind_key)).public_key()
        key.verify(signature, message, _PSS, _SHA384)
    except ValueError:
        raise IdentityRejected(Code.KEY_MALFORMED, "blind key: is no RSA modulus") from None
    except InvalidSignature:
        raise IdentityRejected(Code.SIGNATURE_INVALID, "voucher: not this witness's over this tree") from None
