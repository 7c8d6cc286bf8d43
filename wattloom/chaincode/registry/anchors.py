"""The border with the identity room: its rejections become refusals, and names are safe to key by."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from wattloom.chaincode.api.units import Name
from wattloom.chaincode.registry.errors import CertificateRefused
from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.parsing import parse
from wattloom.identity.verify import unsafe_organisation, verify_anchor


@contextmanager
def rejections_refused() -> Iterator[None]:
    """Turn `IdentityRejected` into `CertificateRefused` with the same reason."""
    try:
        yield
    except IdentityRejected as error:
        raise CertificateRefused(reason=error.code, sentence=error.message) from None


def claimed_organisation(leaf: bytes) -> str:
    """Return the organisation that a certificate claims, not verified; raise `CertificateRefused`."""
    with rejections_refused():
        claimed = unsafe_organisation(leaf)
    require_form(claimed, Name, what="organisation")
    return claimed


def require_form(name: str, form: Any, *, what: str) -> None:  # noqa: ANN401 - an annotated string of `units`
    """Raise `CertificateRefused` unless a certificate's name has the ledger's form."""
    try:
        msgspec.convert(name, form)
    except msgspec.ValidationError:
        sentence = f"the certificate's {what} has not the form of a ledger's name"
        raise CertificateRefused(reason=Code.CERTIFICATE_SUBJECT, sentence=sentence) from None


def check_anchor(certificate: bytes, *, organisation: str, at_s: int | None = None) -> None:
    """Raise `CertificateRefused` unless this is a CA of `organisation`, valid at `at_s` (without: ever)."""
    with rejections_refused():
        anchor = verify_anchor(certificate, at_s=parse(certificate).not_before_s if at_s is None else at_s)
    if anchor.organisation != organisation:
        sentence = (
            f"the certificate is of the organisation {anchor.organisation[:64]!a}, not of {organisation}"
        )
        raise CertificateRefused(reason=Code.CERTIFICATE_SUBJECT, sentence=sentence)
