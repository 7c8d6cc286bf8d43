"""One-time keys by OpenSSL: the usual profile."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wattloom.identity.errors import KeyFileError
from wattloom.identity.keys import SigningKey


def signing_key(scalar: int) -> SigningKey:
    """Return the P-256 key of a private number."""
    return SigningKey(ec.derive_private_key(scalar, ec.SECP256R1()))


def scalar_of(pem: bytes, password: str | None = None) -> int:
    """Return the private number of a P-256 key file; raise `KeyFileError`."""
    SigningKey.from_pem(pem, password)  # whatever is wrong with it
    key = load_pem_private_key(pem, password.encode() if password else None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyFileError("private key: must be on P-256")
    return key.private_numbers().private_value
