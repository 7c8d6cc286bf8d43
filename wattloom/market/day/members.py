"""Who takes part in a market day: one organisation, its officers, and its homes under pseudonyms."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity
from wattloom.market.homes.community import Community

ORGANISATION = "community"

OFFICERS = {
    "utility": "settlement-agent",
    "registrar": "registrar",
    "coordinator": "coordinator",
    "auditor": "auditor",
}
"""Name and role of each officer."""


@dataclass(frozen=True, slots=True)
class Members:
    """The organisation's authority, its officers by name, and its homes in the community's order."""

    authority: Authority
    officers: dict[str, ClientIdentity]
    homes: Sequence[ClientIdentity]

    @classmethod
    def certify(cls, community: Community, *, not_before_s: int) -> "Members":
        """Make the keys and certificates of everybody."""
        authority = Authority.create(
            f"{ORGANISATION} CA", organisation=ORGANISATION, not_before_s=not_before_s
        )
        officers = {
            name: authority.issue_client(name, role=role, not_before_s=not_before_s)
            for name, role in OFFICERS.items()
        }
        homes = [
            authority.issue_client(pseudonym(home.home_id), role="home", not_before_s=not_before_s)
            for home in community.homes
        ]
        return cls(authority=authority, officers=officers, homes=homes)


def pseudonym(home_id: str) -> str:
    """Return the name under which a home's data stands on the ledger."""
    return "".join(letter if letter.isalnum() else "-" for letter in home_id.lower())


def home_party(home_id: str) -> str:
    """Return a home's party id."""
    return party(pseudonym(home_id))


def party(name: str) -> str:
    """Return a member's party id."""
    return f"{ORGANISATION}.{name}"
