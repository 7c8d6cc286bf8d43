"""The border with X.509: bytes come in, a plain record or our own error goes out.

Only certificates of our profile pass: strict DER with nothing after it, version 3, a positive serial, P-256
and ECDSA-SHA256, a subject of exactly one CN and one O, and no extension that `extensions` does not name.
With the low-s rule, which comes with verification, a certificate has one encoding only, and so one handle.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from wattloom.identity import der
from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.extensions import Extensions, read_extensions
from wattloom.identity.membership import name_problem

MAX_CERTIFICATE_BYTES: Final = 4096
_REMEMBERED: Final = 512
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_CN = NameOID.COMMON_NAME.dotted_string
_O = NameOID.ORGANIZATION_NAME.dotted_string
_COMMON_NAME = re.compile(r"[ -~]{1,64}")
_FOREIGN_ERRORS = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    # A process that turns warnings into errors must judge as any other does: what the library warns about
    # (a serial that is not positive, odd policy texts) is outside the profile anyway.
    Warning,
)


class ParsedCertificate(msgspec.Struct, frozen=True):
    """What one certificate of our profile says; nothing in it has been verified."""

    der: bytes
    tbs: bytes
    signature: bytes
    subject: bytes
    issuer: bytes
    common_name: str
    organisation: str
    not_before_s: int
    not_after_s: int
    spki: bytes
    extensions: Extensions


@lru_cache(maxsize=_REMEMBERED)
def parse(certificate: bytes) -> ParsedCertificate:
    """Read one DER certificate of our profile; raise `IdentityRejected` on anything else.

    The last ones read are remembered, because authorities stand in every chain.
    """
    loaded = load_certificate(certificate)
    with malformed_is_ours():
        spki = public_key_of(loaded)
        tbs, (r, s) = loaded.tbs_certificate_bytes, _signature(loaded)
        if der.signed(tbs, r, s) != certificate or spki not in tbs:
            raise _malformed("must be strict DER, with an uncompressed public key")
        if loaded.version is not x509.Version.v3 or loaded.serial_number <= 0:
            raise _malformed("must be of version 3 and have a positive serial number")
        common_name, organisation = _names(loaded.subject)
        return ParsedCertificate(
            der=certificate,
            tbs=tbs,
            signature=r.to_bytes(32, "big") + s.to_bytes(32, "big"),
            subject=loaded.subject.public_bytes(),
            issuer=loaded.issuer.public_bytes(),
            common_name=common_name,
            organisation=organisation,
            not_before_s=to_seconds(loaded.not_valid_before_utc),
            not_after_s=to_seconds(loaded.not_valid_after_utc),
            spki=spki,
            extensions=read_extensions(loaded),
        )


def load_certificate(certificate: bytes) -> x509.Certificate:
    """Read DER of any profile within the size limit; raise `IdentityRejected` if it is no certificate."""
    if len(certificate) > MAX_CERTIFICATE_BYTES:
        raise IdentityRejected(
            Code.CERTIFICATE_LIMIT,
            f"certificate: {len(certificate)} bytes, at most {MAX_CERTIFICATE_BYTES} are read",
        )
    with malformed_is_ours():
        return x509.load_der_x509_certificate(certificate)


def public_key_of(loaded: x509.Certificate) -> bytes:
    """Return the DER SubjectPublicKeyInfo; raise `IdentityRejected` unless it is on P-256."""
    with malformed_is_ours():
        key = loaded.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise IdentityRejected(Code.CERTIFICATE_ALGORITHM, "certificate: the public key must be on P-256")
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def to_seconds(moment: datetime) -> int:
    """Return whole Unix seconds, without a float on the way."""
    return (moment - EPOCH) // timedelta(seconds=1)


@contextmanager
def malformed_is_ours() -> Iterator[None]:
    """Turn whatever the X.509 library raises on bad input into `IdentityRejected`."""
    try:
        yield
    except _FOREIGN_ERRORS as error:
        raise _malformed("cannot be read as X.509") from error


def _signature(loaded: x509.Certificate) -> tuple[int, int]:
    if loaded.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise IdentityRejected(
            Code.CERTIFICATE_ALGORITHM, "certificate: must be signed with ECDSA and SHA-256"
        )
    return decode_dss_signature(loaded.signature)


def _names(subject: x509.Name) -> tuple[str, str]:
    values = {attribute.oid.dotted_string: str(attribute.value) for attribute in subject}
    if len(list(subject)) != len(values) or values.keys() != {_CN, _O}:
        raise IdentityRejected(Code.CERTIFICATE_SUBJECT, "subject: must be exactly one CN and one O")
    common_name, organisation = values[_CN], values[_O]
    if not _COMMON_NAME.fullmatch(common_name):
        raise IdentityRejected(Code.CERTIFICATE_SUBJECT, "CN: must be 1 to 64 printable ASCII characters")
    if problem := name_problem("O", organisation):
        raise IdentityRejected(Code.CERTIFICATE_SUBJECT, problem)
    return common_name, organisation


def _malformed(problem: str) -> IdentityRejected:
    return IdentityRejected(Code.CERTIFICATE_MALFORMED, f"certificate: {problem}")
