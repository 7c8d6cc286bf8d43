"""The extensions of our certificate profile, as a plain record."""

from typing import Final

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.membership import MEMBERSHIP_OID

_CRITICAL: Final = {
    ExtensionOID.BASIC_CONSTRAINTS.dotted_string: True,
    ExtensionOID.KEY_USAGE.dotted_string: True,
    ExtensionOID.EXTENDED_KEY_USAGE.dotted_string: False,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER.dotted_string: False,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER.dotted_string: False,
    MEMBERSHIP_OID: False,
}
"""Every extension that the profile knows, and whether it is marked critical."""

_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


class Extensions(msgspec.Struct, frozen=True):
    """What a certificate's extensions say; None or empty where one is absent."""

    is_authority: bool
    path_length: int | None
    usages: frozenset[str]
    purposes: tuple[str, ...]
    subject_key_id: bytes | None
    authority_key_id: bytes | None
    membership: bytes | None


def read_extensions(loaded: x509.Certificate) -> Extensions:
    """Gather the extensions; raise `IdentityRejected` on one that the profile does not know."""
    found: dict[str, x509.ExtensionType] = {}
    for extension in loaded.extensions:
        oid = extension.oid.dotted_string
        if _CRITICAL.get(oid) is not extension.critical:
            raise IdentityRejected(
                Code.CERTIFICATE_MALFORMED,
                f"certificate: extension {oid} is unknown here, or its criticality is wrong",
            )
        found[oid] = extension.value
    return _gather(found)


def _gather(found: dict[str, x509.ExtensionType]) -> Extensions:
    constraints = found.get(ExtensionOID.BASIC_CONSTRAINTS.dotted_string)
    usage = found.get(ExtensionOID.KEY_USAGE.dotted_string)
    purposes = found.get(ExtensionOID.EXTENDED_KEY_USAGE.dotted_string)
    subject_key = found.get(ExtensionOID.SUBJECT_KEY_IDENTIFIER.dotted_string)
    authority_key = found.get(ExtensionOID.AUTHORITY_KEY_IDENTIFIER.dotted_string)
    membership = found.get(MEMBERSHIP_OID)
    return Extensions(
        is_authority=isinstance(constraints, x509.BasicConstraints) and constraints.ca,
        path_length=constraints.path_length if isinstance(constraints, x509.BasicConstraints) else None,
        usages=_usages(usage) if isinstance(usage, x509.KeyUsage) else frozenset(),
        purposes=tuple(p.dotted_string for p in purposes)
        if isinstance(purposes, x509.ExtendedKeyUsage)
        else (),
        subject_key_id=subject_key.digest if isinstance(subject_key, x509.SubjectKeyIdentifier) else None,
        authority_key_id=authority_key.key_identifier
        if isinstance(authority_key, x509.AuthorityKeyIdentifier)
        else None,
        membership=membership.value if isinstance(membership, x509.UnrecognizedExtension) else None,
    )


def _usages(usage: x509.KeyUsage) -> frozenset[str]:
    return frozenset(name for name in _USAGES if getattr(usage, name))
