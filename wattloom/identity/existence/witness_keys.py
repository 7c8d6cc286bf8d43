"""The private key of a witness: it signs blinded messages, and nothing else ever."""

import secrets
from math import gcd
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from wattloom.identity import files
from wattloom.identity.errors import Code, IdentityRejected, KeyFileError
from wattloom.identity.existence.blind_keys import EXPONENT, MODULUS_BYTES


class WitnessKey:
    """An RSA key of 2,048 bits for blind signatures alone."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self._numbers = key.private_numbers()
        self._n = self._numbers.public_numbers.n

    @classmethod
    def generate(cls) -> "WitnessKey":
        """Make a new key."""
        return cls(rsa.generate_private_key(EXPONENT, MODULUS_BYTES * 8))

    @property
    def blind_key(self) -> bytes:
        """The public key as the ledger keeps it: the modulus, 256 bytes."""
        return self._n.to_bytes(MODULUS_BYTES, "big")

    def blind_sign(self, blinded: bytes) -> bytes:
        """Return the blind signature. Source: RFC 9474, 4.3, with the safeguards of 7.1."""
        m = int.from_bytes(blinded, "big")
        if len(blinded) != MODULUS_BYTES or not 0 < m < self._n or gcd(m, self._n) != 1:
            raise IdentityRejected(
                Code.SIGNATURE_RANGE, "blinded message: must be a number below the modulus"
            )
        r = secrets.randbelow(self._n - 2) + 2  # so that timing tells nothing of the private exponent
        s = self._power(m * pow(r, EXPONENT, self._n) % self._n) * pow(r, -1, self._n) % self._n
        if pow(s, EXPONENT, self._n) != m:  # a fault in one half would give the key away
            raise IdentityRejected(
                Code.SIGNATURE_INVALID, "blind signature: came out wrong, nothing was signed"
            )
        return s.to_bytes(MODULUS_BYTES, "big")

    def _power(self, base: int) -> int:
        """Return base^d mod n by the Chinese remainder theorem. Source: RFC 8017, 5.1.2."""
        key = self._numbers
        by_p, by_q = pow(base, key.dmp1, key.p), pow(base, key.dmq1, key.q)
        return by_q + (by_p - by_q) * key.iqmp % key.p * key.q

    def save(self, path: Path, *, password: str | None = None) -> None:
        """Write a new PKCS #8 file with mode 0600; raise `KeyFileError` if it exists."""
        protection = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
        files.write_new(path, pem, mode=files.PRIVATE)

    @classmethod
    def load(cls, path: Path, *, password: str | None = None) -> "WitnessKey":
        """Read a file; raise `KeyFileError` if others may read it or it holds no such key."""
        try:
            key = load_pem_private_key(files.read_private(path), password.encode() if password else None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError(
                f"{path}: cannot be read, or its password is wrong or missing ({error})"
            ) from error
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != MODULUS_BYTES * 8:
            raise KeyFileError(f"{path}: must hold an RSA key of {MODULUS_BYTES * 8} bits")
        return cls(key)
