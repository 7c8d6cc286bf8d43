"""Lists of revoked certificates, one for each issuing authority. Source: RFC 5280, 5."""

from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from sqlalchemy import Connection, func, insert, select

from wattloom.identity.certificates import Authority
from wattloom.identity.parsing import EPOCH, load_certificate
from wattloom.identity.service.batch import SUPERSEDED
from wattloom.identity.service.errors import NotFound
from wattloom.identity.service.register import Register
from wattloom.identity.store.schema import certificates, crls

VALID_FOR_S: Final = 24 * 3_600
"""From this update to the next one, at the latest."""

REFRESHED_AFTER_S: Final = 3_600
"""How old a list may get, which bounds how long a replaced certificate is missing from it."""

_REASONS: Final = {
    1: x509.ReasonFlags.key_compromise,
    3: x509.ReasonFlags.affiliation_changed,
    4: x509.ReasonFlags.superseded,
    5: x509.ReasonFlags.cessation_of_operation,
}


class CrlKeeper:
    """Signs a new list when a certificate was revoked since the last one, or that has become old."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def newest(self, of: bytes, *, now_s: int) -> tuple[bytes, int]:
        """Return an issuer's list and when the next one comes at the latest; raise `NotFound`."""
        with self._register.database.reading() as connection:
            found = _fresh(connection, of, now_s)
        if found is not None:
            return found
        authority = self._register.issuers.find(of)
        if authority is None:
            raise NotFound(what=f"issuing authority {of.hex()}")
        with self._register.database.writing() as connection:
            return _fresh(connection, of, now_s) or _publish(connection, authority, of, now_s)


def _fresh(connection: Connection, of: bytes, now_s: int) -> tuple[bytes, int] | None:
    """Return the newest list unless there is a newer truth."""
    newest = select(crls).where(crls.c.issuer_id == of).order_by(crls.c.number.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None or now_s - row.this_update_s >= REFRESHED_AFTER_S:
        return None
    known = row.revocations == _revocations(connection, of)
    return (row.der, row.next_update_s) if known else None


def _revocations(connection: Connection, of: bytes) -> int:
    """Count what was taken back, apart from what was only replaced."""
    taken = certificates.c.revoked_at_s.is_not(None), certificates.c.reason != SUPERSEDED
    counted = select(func.count()).where(certificates.c.issuer_id == of, *taken)
    return int(connection.execute(counted).scalar_one())


def _publish(connection: Connection, authority: Authority, of: bytes, now_s: int) -> tuple[bytes, int]:
    last = connection.execute(select(func.max(crls.c.number)).where(crls.c.issuer_id == of)).scalar_one()
    number, next_update_s = (last or 0) + 1, now_s + VALID_FOR_S
    builder = _draft(authority, number, now_s, next_update_s)
    for row in connection.execute(_revoked(of, now_s)):
        builder = builder.add_revoked_certificate(_entry(row))
    der = authority.key.sign_crl(builder)
    connection.execute(
        insert(crls).values(
            issuer_id=of,
            number=number,
            der=der,
            this_update_s=now_s,
            next_update_s=next_update_s,
            revocations=_revocations(connection, of),
        )
    )
    return der, next_update_s


def _draft(
    authority: Authority, number: int, now_s: int, next_update_s: int
) -> x509.CertificateRevocationListBuilder:
    key = authority.public_key.native
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(load_certificate(authority.certificate).subject)
        .last_update(_moment(now_s))
        .next_update(_moment(next_update_s))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key), False)
        .add_extension(x509.CRLNumber(number), False)
    )


def _revoked(of: bytes, now_s: int) -> Any:  # noqa: ANN401 - a SQLAlchemy statement
    """Select what is revoked and would be valid otherwise."""
    columns = certificates.c.der, certificates.c.revoked_at_s, certificates.c.reason
    valid = certificates.c.revoked_at_s.is_not(None), certificates.c.not_after_s >= now_s
    return select(*columns).where(certificates.c.issuer_id == of, *valid).order_by(certificates.c.leaf_index)


def _entry(row: Any) -> x509.RevokedCertificate:  # noqa: ANN401 - a row of SQLAlchemy's
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(load_certificate(row.der).serial_number)
        .revocation_date(_moment(row.revoked_at_s))
    )
    if row.reason in _REASONS:
        builder = builder.add_extension(x509.CRLReason(_REASONS[row.reason]), False)
    return builder.build()


def _moment(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
