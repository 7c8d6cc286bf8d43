"""Meters' keys by OpenSSL: the usual profile."""

from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from wattloom.identity.keys import SigningKey
from wattloom.identity.signatures import to_wire

NAME: Final = "openssl"
_ECDSA = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class Signer:
    """A P-256 key of a private number; by RFC 6979 the same statement gives the same signature."""

    def __init__(self, scalar: int) -> None:
        self._key = ec.derive_private_key(scalar, ec.SECP256R1())
        self.spki: Final = self._key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`: r then s, 32 bytes each, low s."""
        return to_wire(self._key.sign(message, _ECDSA))


def scalar_of(pem: bytes, password: str | None = None) -> int:
    """Return the private number of a P-256 key in PEM; raise `KeyFileError`."""
    SigningKey.from_pem(pem, password)  # names whatever is wrong with it
    key = load_pem_private_key(pem, password.encode() if password else None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - the line above has seen to that
    return key.private_numbers().private_value
