"""What the ledger is told and asked of certificates, through whoever knows how to reach it."""

from enum import StrEnum
from typing import Protocol

import msgspec


class Event(StrEnum):
    """What has become of a meter's certificate."""

    ENROLLED = "enrolled"
    RENEWED = "renewed"
    REVOKED = "revoked"


class Announcement(msgspec.Struct, frozen=True):
    """One event, complete: a publisher needs nothing else.

    Attributes
    ----------
    certificate_id : SHA-256 of the operational certificate concerned, hexadecimal
    name : the pseudonym of the meter's party within the organisation
    chain, manufactured_at_s : the manufacturer's certificates and the time of manufacture
    """

    event: Event
    lfdi: str
    name: str
    certificate_id: str
    chain: tuple[bytes, ...]
    manufactured_at_s: int


class NotPublished(Exception):
    """The ledger does not know it yet; `final` says that trying again will not help."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


class Publisher(Protocol):
    """Speaks with the ledger. May be given the same announcement again, also after it has succeeded."""

    async def publish(self, announcement: Announcement) -> None:
        """Return once a durable block holds it; raise `NotPublished`."""
        ...

    async def accepts(self, party_id: str, certificate_id: str) -> bool:
        """Return whether the ledger lets a party act through a certificate; raise `LedgerSilent`."""
        ...

    async def close(self) -> None:
        """Let the ledger go."""
        ...
