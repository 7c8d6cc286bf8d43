"""The authorities that issue, newest last: the newest signs what is new, each its own revocation list."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from wattloom.identity.certificates import CLIENT_DAYS, Authority
from wattloom.identity.parsing import parse
from wattloom.identity.service.orders import METER_ROLE, member_name
from wattloom.identity.signatures import VerifyingKey

BACKDATE_S: Final = 3_600
"""Certificates begin this much before now, because a ledger's time runs a little behind every clock."""


class Issuers:
    """One organisation's issuing authorities.

    Parameters
    ----------
    authorities : at least one, in the order in which they took over
    days : how long a meter's certificate is valid
    """

    def __init__(self, authorities: Sequence[Authority], *, days: int = CLIENT_DAYS) -> None:
        self._by_id: Final = {issuer_id(each): each for each in authorities}
        self.current: Final = authorities[-1]
        self.current_id: Final = issuer_id(self.current)
        self.organisation: Final = self.current.organisation
        self.roots: Final = frozenset(each.chain[-1] for each in authorities)
        self._begins_s = parse(self.current.certificate).not_before_s
        self._days = days

    def certify(self, lfdi: str, public_key: bytes, *, now_s: int) -> tuple[bytes, ...]:
        """Return the chain of a meter's operational certificate."""
        return self.current.certify_client(
            VerifyingKey.from_spki(public_key),
            member_name(lfdi),
            role=METER_ROLE,
            attributes={"lfdi": lfdi},
            not_before_s=max(now_s - BACKDATE_S, self._begins_s),
            days=self._days,
        )

    def find(self, of: bytes) -> Authority | None:
        """Return the authority of this id, if it is still ours."""
        return self._by_id.get(of)

    def ids(self) -> tuple[bytes, ...]:
        """Return the ids of all, the current one last."""
        return tuple(self._by_id)


def issuer_id(authority: Authority) -> bytes:
    """Return the SHA-256 of an authority's certificate."""
    return sha256(authority.certificate).digest()
