"""Private P-256 keys: make, sign, keep on disk. Their public side is in `signatures`."""

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from wattloom.identity import der, files
from wattloom.identity.errors import KeyFileError
from wattloom.identity.signatures import SIGNATURE_BYTES, VerifyingKey, low_s, to_wire

__all__ = ["SIGNATURE_BYTES", "SigningKey", "VerifyingKey"]

_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())
_URI = b"pkcs11:"


class SigningKey:
    """A P-256 private key that signs with ECDSA and SHA-256 in the 64-byte, low-s form."""

    __slots__ = ("_key", "public_key")

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public_key = VerifyingKey(
            key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key from the operating system's randomness."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`: r then s, 32 bytes each, low s."""
        return to_wire(self._key.sign(message, _ECDSA_SHA256))

    def sign_certificate(self, builder: x509.CertificateBuilder) -> bytes:
        """Return the DER certificate that `builder` describes, signed with low s."""
        drafted = builder.sign(self._key, hashes.SHA256())
        r, s = low_s(*decode_dss_signature(drafted.signature))
        return der.signed(drafted.tbs_certificate_bytes, r, s)

    def sign_crl(self, builder: x509.CertificateRevocationListBuilder) -> bytes:
        """Return the DER list of revoked certificates that `builder` describes, signed with low s."""
        drafted = builder.sign(self._key, hashes.SHA256())
        r, s = low_s(*decode_dss_signature(drafted.signature))
        return der.signed(drafted.tbs_certlist_bytes, r, s)

    def to_pem(self, password: str | None = None) -> bytes:
        """Return PKCS #8 PEM, encrypted if there is a password."""
        protection = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)

    @classmethod
    def from_pem(cls, pem: bytes, password: str | None = None) -> "SigningKey":
        """Read PEM, by the password if encrypted; raise `KeyFileError` unless it is a P-256 private key."""
        try:
            key = load_pem_private_key(pem, password.encode() if password and b"ENCRYPTED" in pem else None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError(
                f"private key: cannot be read, or its password is wrong or missing ({error})"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise KeyFileError("private key: must be on P-256; make one with `wattloom identity`")
        return cls(key)

    @classmethod
    def in_hardware(cls, uri: str) -> "SigningKey":
        """Make a new key inside a token; see `hardware` for the URI and what it raises."""
        from wattloom.identity.hardware import HardwareKey  # loads PKCS #11, which few need

        return cls(HardwareKey.generate(uri))

    def save(self, path: Path, *, password: str | None = None) -> None:
        """Write a new file with mode 0600, of a token's key its URI; raise `KeyFileError` if it exists."""
        uri = getattr(self._key, "uri", None)
        content = self.to_pem(password) if uri is None else f"{uri}\n".encode()
        files.write_new(path, content, mode=files.PRIVATE)

    @classmethod
    def load(cls, path: Path, *, password: str | None = None) -> "SigningKey":
        """Read a file; raise `KeyFileError` if others may read it or it holds no P-256 key."""
        try:
            content = files.read_private(path)
            if content.startswith(_URI):
                return cls._of_hardware(content)
            return cls.from_pem(content, password)
        except KeyFileError as error:
            raise KeyFileError(str(error) if str(path) in str(error) else f"{path}: {error}") from error

    @classmethod
    def _of_hardware(cls, uri: bytes) -> "SigningKey":
        from wattloom.identity.hardware import HardwareKey  # as in `in_hardware`

        return cls(HardwareKey(uri.decode("utf-8", "replace")))
