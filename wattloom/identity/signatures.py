"""Verify P-256 ECDSA-SHA256 signatures in their wire form: 64 bytes, r then s, low s.

Each half is 32 bytes, big-endian (IEEE P1363, what WebCrypto returns). Of the two values s and n - s that
verify, only the lower is taken, so that nobody but the signer can make a second signature out of a first.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.parsing import load_certificate, public_key_of

ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order n of the P-256 group. Source: SEC 2, 2.4.2."""
HALF_ORDER: Final = ORDER >> 1
SIGNATURE_BYTES: Final = 64

_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())


def low_s(r: int, s: int) -> tuple[int, int]:
    """Return the one of a signature's two equivalent forms that we accept."""
    return r, (s if s <= HALF_ORDER else ORDER - s)


def to_wire(der_signature: bytes) -> bytes:
    """Return the 64-byte low-s form of a DER signature that we have just made."""
    r, s = low_s(*decode_dss_signature(der_signature))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class VerifyingKey:
    """A P-256 public key.

    Parameters
    ----------
    spki : DER SubjectPublicKeyInfo with the uncompressed point, exactly 91 bytes (RFC 5480, 2)
    """

    __slots__ = ("native", "spki")

    def __init__(self, spki: bytes) -> None:
        self.native: Final = _load_p256(spki)
        self.spki: Final = spki

    @classmethod
    def from_spki(cls, spki: bytes) -> "VerifyingKey":
        """Read a DER SubjectPublicKeyInfo; raise `IdentityRejected` unless it is a P-256 point."""
        return cls(spki)

    @classmethod
    def from_certificate(cls, certificate: bytes) -> "VerifyingKey":
        """Take the public key out of a DER certificate, whose other contents are not judged here."""
        return cls(public_key_of(load_certificate(certificate)))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raise `IdentityRejected` unless `signature` is this key's, in range and low-s."""
        # (1) the one length
        if len(signature) != SIGNATURE_BYTES:
            raise IdentityRejected(
                Code.SIGNATURE_LENGTH,
                f"signature: {len(signature)} bytes, must be {SIGNATURE_BYTES} (r then s)",
            )
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        # (2) both numbers in 1 .. n-1
        if not (0 < r < ORDER and 0 < s < ORDER):
            raise IdentityRejected(Code.SIGNATURE_RANGE, "signature: r and s must be in 1 .. n-1")
        # (3) the lower of the two equivalent s
        if s > HALF_ORDER:
            raise IdentityRejected(Code.SIGNATURE_HIGH_S, "signature: s is high; send n - s instead")
        # (4) the signature itself
        try:
            self.native.verify(encode_dss_signature(r, s), message, _ECDSA_SHA256)
        except InvalidSignature:
            raise IdentityRejected(
                Code.SIGNATURE_INVALID, "signature: not this key's over this message"
            ) from None

    def __repr__(self) -> str:
        return f"VerifyingKey(spki={self.spki.hex()})"


_SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_SPKI_BYTES = len(_SPKI_PREFIX) + 64


def _load_p256(spki: bytes) -> ec.EllipticCurvePublicKey:
    if len(spki) != _SPKI_BYTES or not spki.startswith(_SPKI_PREFIX):
        raise IdentityRejected(
            Code.KEY_MALFORMED,
            "public key: must be a DER SubjectPublicKeyInfo of an uncompressed P-256 point",
        )
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        raise IdentityRejected(Code.KEY_MALFORMED, "public key: the point is not on P-256") from None
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - the prefix above names id-ecPublicKey
    return key
