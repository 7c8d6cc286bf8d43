"""Draw certificates up: the pieces that organisations, manufacturers and TLS have in common."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from wattloom.identity.errors import InvalidRequest
from wattloom.identity.keys import SigningKey, VerifyingKey
from wattloom.identity.parsing import EPOCH, MAX_CERTIFICATE_BYTES

DAY_S: Final = 86_400

Draft = Sequence[tuple[x509.ExtensionType, bool]]
"""Extensions, each with its criticality."""


def subject(common_name: str, organisation: str | None = None) -> x509.Name:
    """Return the distinguished name O, CN."""
    names = [(NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common_name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in names if value is not None])


def end_s(not_before_s: int, days: int) -> int:
    """Return the last second of a validity that begins at `not_before_s`."""
    if days < 1:
        raise InvalidRequest(f"days: {days}, must be at least 1")
    return not_before_s + days * DAY_S


def authority_extensions(path_length: int) -> Draft:
    """Return what makes a certificate an authority with at most so many authorities below it."""
    if path_length < 0:
        raise InvalidRequest(f"path length: {path_length}, must be 0 or more")
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_usage(key_cert_sign=True, crl_sign=True), True),
    ]


def leaf_extensions(purpose: x509.ObjectIdentifier | None) -> Draft:
    """Return what makes a certificate a signer, for one purpose or, a device, for none in particular."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(digital_signature=True), True),
    ]
    if purpose is not None:
        extensions.append((x509.ExtendedKeyUsage([purpose]), False))
    return extensions


def issue(
    name: x509.Name,
    public_key: VerifyingKey,
    *,
    issuer_name: x509.Name,
    issuer_key: SigningKey,
    extensions: Draft,
    not_before_s: int,
    not_after_s: int,
) -> bytes:
    """Return the signed DER certificate; raise `InvalidRequest` on times or sizes that do not fit in one."""
    try:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer_name)
            .public_key(public_key.native)
            .serial_number(x509.random_serial_number())
            .not_valid_before(EPOCH + timedelta(seconds=not_before_s))
            .not_valid_after(EPOCH + timedelta(seconds=not_after_s))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key.native), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key.native), False
            )
        )
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(
            f"validity: {not_before_s} to {not_after_s} s is outside X.509's years"
        ) from error
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    certificate = issuer_key.sign_certificate(builder)
    if len(certificate) > MAX_CERTIFICATE_BYTES:
        raise InvalidRequest(
            f"certificate: {len(certificate)} bytes, at most {MAX_CERTIFICATE_BYTES} are accepted"
        )
    return certificate


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
