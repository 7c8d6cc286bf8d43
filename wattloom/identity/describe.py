"""Tell what a certificate says, for people; nothing is verified, and TLS certificates are read too."""

from datetime import datetime
from hashlib import sha256

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from wattloom.identity import handles
from wattloom.identity.membership import MEMBERSHIP_OID, Membership, decode_membership
from wattloom.identity.parsing import load_certificate, malformed_is_ours

_PURPOSES = {
    ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string: "clientAuth",
    ExtendedKeyUsageOID.SERVER_AUTH.dotted_string: "serverAuth",
}


class Description(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one certificate says; times are ISO 8601, UTC."""

    subject: str
    issuer: str
    serial_number: str
    not_before: str
    not_after: str
    sha256: str
    client_id: str | None = None
    lfdi: str | None = None
    sfdi: str | None = None
    authority: bool = False
    purposes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    membership: Membership | None = None


def describe(certificate: bytes) -> Description:
    """Describe one DER certificate; raise `IdentityRejected` if it cannot be read."""
    loaded = load_certificate(certificate)
    with malformed_is_ours():
        found = {extension.oid.dotted_string: extension.value for extension in loaded.extensions}
        authority = any(isinstance(value, x509.BasicConstraints) and value.ca for value in found.values())
        purposes = _purposes(found.get(x509.ExtendedKeyUsage.oid.dotted_string))
        membership = _membership(found.get(MEMBERSHIP_OID))
        lfdi = None if authority or purposes else handles.lfdi(certificate)
        return Description(
            subject=loaded.subject.rfc4514_string(),
            issuer=loaded.issuer.rfc4514_string(),
            serial_number=f"{loaded.serial_number:x}",
            not_before=_iso(loaded.not_valid_before_utc),
            not_after=_iso(loaded.not_valid_after_utc),
            sha256=sha256(certificate).hexdigest(),
            client_id=handles.client_id(certificate) if membership else None,
            lfdi=lfdi,
            sfdi=None if lfdi is None else handles.sfdi(lfdi),
            authority=authority,
            purposes=purposes,
            hosts=_hosts(found.get(x509.SubjectAlternativeName.oid.dotted_string)),
            membership=membership,
        )


def _purposes(value: x509.ExtensionType | None) -> tuple[str, ...]:
    if not isinstance(value, x509.ExtendedKeyUsage):
        return ()
    return tuple(_PURPOSES.get(purpose.dotted_string, purpose.dotted_string) for purpose in value)


def _hosts(value: x509.ExtensionType | None) -> tuple[str, ...]:
    if not isinstance(value, x509.SubjectAlternativeName):
        return ()
    return tuple(str(name.value) for name in value)


def _membership(value: x509.ExtensionType | None) -> Membership | None:
    return decode_membership(value.value) if isinstance(value, x509.UnrecognizedExtension) else None


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
