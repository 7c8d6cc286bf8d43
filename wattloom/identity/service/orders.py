"""What has been checked and is to be issued: the hand-over from the calls to the desk that writes."""

from typing import Final

import msgspec

from wattloom.identity.log.heads import TreeHead

METER_ROLE: Final = "meter"
"""The role of a meter's operational certificate."""


class UsedNonce(msgspec.Struct, frozen=True):
    """A nonce that this order uses up; `expires_at_s` is when it need not be remembered any more."""

    nonce: bytes
    expires_at_s: int


class MeterFacts(msgspec.Struct, frozen=True):
    """A genuine meter, as its manufacturer's chain says."""

    lfdi: str
    manufacturer: str
    serial: str
    chain: tuple[bytes, ...]
    manufactured_at_s: int


class Order(msgspec.Struct, frozen=True):
    """One certificate to be issued.

    Attributes
    ----------
    meter : of an enrolment
    renews : of a renewal: the SHA-256 of the certificate that it replaces, by which its meter is known
    public_key : DER SubjectPublicKeyInfo to be certified
    """

    nonce: UsedNonce
    public_key: bytes
    meter: MeterFacts | None = None
    renews: bytes | None = None


class IssuedCertificate(msgspec.Struct, frozen=True):
    """A certificate that stands in the log, and what proves it."""

    chain: tuple[bytes, ...]
    leaf_index: int
    audit_path: tuple[bytes, ...]
    head: TreeHead


def member_name(lfdi: str) -> str:
    """Return the pseudonym under which a meter acts; its party is `organisation.<this>`."""
    return f"meter-{lfdi}"
