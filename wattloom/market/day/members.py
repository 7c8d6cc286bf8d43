"""Who takes part in a market day: one organisation, its officers, and its homes under pseudonyms."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity
from wattloom.market.homes.community import Community

ORGANISATION = "community"

OFFICERS = {
    "utility": "settlement-agent",
    "grid": "utility",
    "registrar": "registrar",
    "coordinator": "coordinator",
    "auditor": "auditor",
}
"""Name and role of each officer."""


@dataclass(frozen=True, slots=True)
class Members:
    """The organisation's officers by name, and its homes in the community's order.

    On the ledger a home is known by its number. Which household that is, its organisation knows and nobody
    else: a ledger forgets nothing, so no name out of the data may reach it.
    """

    officers: dict[str, ClientIdentity]
    homes: Sequence[ClientIdentity]

    @classmethod
    def certify(cls, community: Community, authority: Authority, *, not_before_s: int) -> "Members":
        """Make the keys and certificates of everybody; the authority is the organisation's."""
        officers = {
            name: authority.issue_client(name, role=role, not_before_s=not_before_s)
            for name, role in OFFICERS.items()
        }
        homes = [
            authority.issue_client(_pseudonym(number), role="home", not_before_s=not_before_s)
            for number in range(1, len(community.homes) + 1)
        ]
        return cls(officers=officers, homes=homes)

    @property
    def parties(self) -> list[str]:
        """The homes' party ids, in the community's order, which is also the ledger's."""
        return [f"{ORGANISATION}.{_pseudonym(number)}" for number in range(1, len(self.homes) + 1)]


def _pseudonym(number: int) -> str:
    return f"home{number:04d}"
