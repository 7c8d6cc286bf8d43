"""Verify certificate chains at a time that the caller states. Source: RFC 5280, 6, narrowed to our profile.

A chain runs from the leaf to the trusted certificate, which closes it byte for byte. What is accepted depends
on the arguments alone: on no clock, no certificate store, no locale; so every validator judges alike.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from cryptography.x509.oid import ExtendedKeyUsageOID

from wattloom.identity import handles
from wattloom.identity.checks import (
    check_anchor,
    check_authorities,
    check_authority,
    check_leaf_usage,
    check_length,
    check_links,
    check_signed,
    check_subject,
    check_validity,
)
from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.membership import decode_membership
from wattloom.identity.parsing import parse

CLIENT_CHAIN_LENGTHS: Final = (2, 3)
METER_CHAIN_LENGTHS: Final = (3,)
_CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string


class Member(msgspec.Struct, frozen=True):
    """Somebody whom an organisation vouches for.

    `client_id` is the SHA-256 of the leaf, `public_key` DER SubjectPublicKeyInfo; both times are included and
    bound the window in which the whole chain is valid (Unix seconds, UTC).
    """

    client_id: str
    organisation: str
    name: str
    role: str
    attributes: dict[str, str]
    not_before_s: int
    not_after_s: int
    public_key: bytes


class Meter(msgspec.Struct, frozen=True):
    """A meter that a manufacturer vouches for; the times are those of its own certificate."""

    lfdi: str
    manufacturer: str
    serial: str
    not_before_s: int
    not_after_s: int
    public_key: bytes


class Anchor(msgspec.Struct, frozen=True):
    """A certificate that is trusted by decision: an organisation's or a manufacturer's root."""

    certificate_id: str
    organisation: str
    common_name: str
    path_length: int | None
    not_before_s: int
    not_after_s: int
    public_key: bytes


def verify_client(chain: Sequence[bytes], organisation_ca: bytes, *, at_s: int) -> Member:
    """Return the member of a chain leaf, (intermediate,) CA; raise `IdentityRejected` unless all hold."""
    check_length(chain, CLIENT_CHAIN_LENGTHS)  # (1) sizes, before anything is read
    certificates = [parse(der) for der in chain]  # (2) strict DER, P-256, ECDSA-SHA256, nothing unknown
    check_anchor(certificates, organisation_ca)  # (3) closed by the very certificate that is trusted
    check_links(certificates)  # (4) each named, keyed and signed by the next
    check_validity(certificates, at_s=at_s)  # (5) all valid at block time, not at "now"
    check_authorities(certificates)  # (6) authorities that may sign, as deep as they may
    check_leaf_usage(certificates[0], purposes=(_CLIENT_AUTH,))  # (7) a client, and nothing else
    check_subject(certificates)  # (8) a pseudonym, under one organisation
    leaf = certificates[0]
    membership = decode_membership(leaf.extensions.membership or b"")  # (9) role and attributes, canonical
    return Member(
        client_id=handles.client_id(leaf.der),
        organisation=leaf.organisation,
        name=leaf.common_name,
        role=membership.role,
        attributes=membership.attributes,
        not_before_s=max(certificate.not_before_s for certificate in certificates),
        not_after_s=min(certificate.not_after_s for certificate in certificates),
        public_key=leaf.spki,
    )


def verify_meter(chain: Sequence[bytes], manufacturer_root: bytes, *, manufactured_at_s: int) -> Meter:
    """Return the meter of a chain meter, intermediate, root; raise `IdentityRejected` unless all hold."""
    check_length(chain, METER_CHAIN_LENGTHS)  # (1) exactly three
    certificates = [parse(der) for der in chain]  # (2) strict DER, P-256, ECDSA-SHA256, nothing unknown
    check_anchor(certificates, manufacturer_root)  # (3) closed by the very certificate that is trusted
    check_links(certificates)  # (4) each named, keyed and signed by the next
    check_validity(
        certificates, at_s=manufactured_at_s
    )  # (5) valid when made: a meter outlives its authorities
    check_authorities(certificates)  # (6) authorities that may sign, as deep as they may
    check_leaf_usage(certificates[0], purposes=())  # (7) a device signs, for no narrower purpose
    check_subject(certificates)  # (8) a serial, under one manufacturer
    leaf = certificates[0]
    if leaf.extensions.membership is not None:  # (9) a device is nobody's member
        raise IdentityRejected(Code.CERTIFICATE_MEMBERSHIP, "membership: a meter's certificate carries none")
    return Meter(
        lfdi=handles.lfdi(leaf.der),
        manufacturer=leaf.organisation,
        serial=leaf.common_name,
        not_before_s=leaf.not_before_s,
        not_after_s=leaf.not_after_s,
        public_key=leaf.spki,
    )


def verify_anchor(certificate: bytes, *, at_s: int) -> Anchor:
    """Return what a self-signed CA says, before it is trusted; raise `IdentityRejected` if it is unfit."""
    root = parse(certificate)  # (1) strict DER, P-256, ECDSA-SHA256, nothing unknown
    check_signed(root, root)  # (2) named and signed by itself
    check_validity([root], at_s=at_s)  # (3) valid at the stated time
    check_authority(root, authorities_below=0)  # (4) an authority that may sign
    return Anchor(
        certificate_id=handles.client_id(certificate),
        organisation=root.organisation,
        common_name=root.common_name,
        path_length=root.extensions.path_length,
        not_before_s=root.not_before_s,
        not_after_s=root.not_after_s,
        public_key=root.spki,
    )


def unsafe_organisation(leaf: bytes) -> str:
    """Return the organisation that a certificate claims, to look its CA up by; nothing has been verified."""
    return parse(leaf).organisation
