"""The private key of a witness: it signs blinded messages, and nothing else ever."""

from math import gcd
from pathlib import Path

import gmpy2
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
        numbers = key.private_numbers()
        self._n, self._d = numbers.public_numbers.n, numbers.d

    @classmethod
    def generate(cls) -> "WitnessKey":
        """Make a new key."""
        return cls(rsa.generate_private_key(EXPONENT, MODULUS_BYTES * 8))

    @property
    def blind_key(self) -> bytes:
        """The public key as the ledger keeps it: the modulus, 256 bytes."""
        return self._n.to_bytes(MODULUS_BYTES, "big")

    def blind_sign(self, blinded: bytes) -> bytes:
        """Return the blind signature. Source: RFC 9474, 4.3.

        The time it takes tells nothing of the private exponent, because GMP's `mpz_powm_sec` takes the same
        for all of one length.
        """
        m = int.from_bytes(blinded, "big")
        if len(blinded) != MODULUS_BYTES or not 0 < m < self._n or gcd(m, self._n) != 1:
            raise IdentityRejected(
                Code.SIGNATURE_RANGE, "blinded message: must be a number below the modulus"
            )
        s = self._power(m)
        if pow(s, EXPONENT, self._n) != m:
            raise IdentityRejected(
                Code.SIGNATURE_INVALID, "blind signature: came out wrong, nothing was signed"
            )
        return s.to_bytes(MODULUS_BYTES, "big")

    def _power(self, base: int) -> int:
        return int(gmpy2.powmod_sec(base, self._d, self._n))

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
