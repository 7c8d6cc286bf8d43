"""What a client certificate says about its holder: name, organisation, role and attributes.

Role and attributes stand in one non-critical extension as canonical JSON (keys sorted, no white space) inside
a DER UTF8String: `{"attributes":{"k":"v"},"role":"..."}`.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from wattloom.identity import der
from wattloom.identity.errors import Code, IdentityError, IdentityRejected, InvalidRequest

ARC: Final = "2.25.64369179690955253556100162950088638404"
"""Our object identifiers' root: UUID 306d0d95-bfdc-4678-af8f-db3e60003fc4, under the arc 2.25 of UUIDs."""
MEMBERSHIP_OID: Final = f"{ARC}.1"

MAX_ATTRIBUTES: Final = 16
_NAME = re.compile(r"[a-z0-9-]{1,64}")
_ROLE = re.compile(r"[a-z0-9-]{1,32}")
_ATTRIBUTE_NAME = re.compile(r"[a-z0-9._-]{1,32}")
_ATTRIBUTE_VALUE = re.compile(r"[ -~]{0,64}")


class Membership(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Role, and up to 16 attributes, of one member."""

    role: str
    attributes: dict[str, str]


def name_problem(field: str, name: str) -> str | None:
    """Return what is wrong with a member's, organisation's or meter's name, or None."""
    if _NAME.fullmatch(name):
        return None
    return f"{field}: {name[:80]!a} must be 1 to 64 of a-z, 0-9 and '-'"


def encode_membership(role: str, attributes: Mapping[str, str]) -> bytes:
    """Return the extension's value; raise `InvalidRequest` on a role or attribute outside the limits."""
    membership = Membership(role=role, attributes=dict(attributes))
    if problem := _problem(membership):
        raise InvalidRequest(problem)
    return der.utf8_string(_canonical(membership))


def decode_membership(value: bytes) -> Membership:
    """Read the extension's value; raise `IdentityRejected` unless it is within limits and canonical."""
    content = der.utf8_content(value)
    if content is None:
        raise _rejected("the extension must be one DER UTF8String")
    try:
        membership = msgspec.json.decode(content, type=Membership)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _rejected("the extension must be JSON with a role and text attributes") from None
    if problem := _problem(membership):
        raise _rejected(problem)
    if _canonical(membership) != content:
        raise _rejected("the JSON is not canonical: sort the keys, leave white space out, name nothing twice")
    return membership


def _canonical(membership: Membership) -> bytes:
    return msgspec.json.encode(membership, order="sorted")


def _problem(membership: Membership) -> str | None:
    if not _ROLE.fullmatch(membership.role):
        return f"role: {membership.role[:80]!a} must be 1 to 32 of a-z, 0-9 and '-'"
    if len(membership.attributes) > MAX_ATTRIBUTES:
        return f"attributes: {len(membership.attributes)} of them, at most {MAX_ATTRIBUTES} fit"
    for name, value in sorted(membership.attributes.items()):
        if not _ATTRIBUTE_NAME.fullmatch(name):
            return f"attribute: name {name[:80]!a} must be 1 to 32 of a-z, 0-9, '.', '_' and '-'"
        if not _ATTRIBUTE_VALUE.fullmatch(value):
            return f"attribute {name}: value {value[:80]!a} must be at most 64 printable ASCII characters"
    return None


def _rejected(problem: str) -> IdentityError:
    return IdentityRejected(Code.CERTIFICATE_MEMBERSHIP, f"membership: {problem}")
