"""Meters' keys in pure Python by `ecdsa`: the profile where there is no OpenSSL, and no constant time."""

from hashlib import sha256
from typing import Final

import ecdsa
from ecdsa.util import sigencode_string_canonize

from wattloom.identity.errors import KeyFileError

NAME: Final = "portable"


class Signer:
    """A P-256 key of a private number; by RFC 6979 the same statement gives the same signature."""

    def __init__(self, scalar: int) -> None:
        self._key = ecdsa.SigningKey.from_secret_exponent(scalar, ecdsa.NIST256p, hashfunc=sha256)
        self.spki: Final[bytes] = self._key.verifying_key.to_der()

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`: r then s, 32 bytes each, low s."""
        return bytes(self._key.sign_deterministic(message, sigencode=sigencode_string_canonize))


def scalar_of(pem: bytes, password: str | None = None) -> int:
    """Return the private number of a P-256 key in PEM; raise `KeyFileError`, also if it is encrypted."""
    if password is not None or b"ENCRYPTED" in pem:
        raise KeyFileError("private key: is encrypted, which takes OpenSSL; use the openssl profile")
    try:
        key = ecdsa.SigningKey.from_pem(pem)
    except (ValueError, ecdsa.der.UnexpectedDER, ecdsa.curves.UnknownCurveError) as error:
        raise KeyFileError(f"private key: cannot be read ({error})") from error
    if key.curve is not ecdsa.NIST256p:
        raise KeyFileError("private key: must be on P-256; make one with `wattloom identity`")
    return int(key.privkey.secret_multiplier)
