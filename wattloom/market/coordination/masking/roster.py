"""The list of homes whose masks cancel in a sum."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wattloom.market.coordination.masking.errors import RosterRefused
from wattloom.market.coordination.masking.fixed_point import MAX_HOMES
from wattloom.market.coordination.masking.session_keys import Roots, SessionName, SignedKey, digest

MIN_HOMES: Final = 3
"""With two homes each knows the other's number: the sum less its own."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Homes' keys by party id, in the order of the ids."""

    keys: dict[str, SignedKey]

    @classmethod
    def of(cls, keys: Mapping[str, SignedKey]) -> "Roster":
        """Return the roster of keys that have been verified; raise `RosterRefused` on too few or too many."""
        if not MIN_HOMES <= len(keys) <= MAX_HOMES:
            raise RosterRefused(
                f"{len(keys)} homes: masked sums take {MIN_HOMES} to {MAX_HOMES}; "
                "two would know each other's numbers"
            )
        return cls(dict(sorted(keys.items())))

    @classmethod
    def verified(
        cls, entries: Sequence[SignedKey], session: SessionName, roots: Roots, *, at_s: int
    ) -> "Roster":
        """Return the roster of these keys.

        Raises
        ------
        RosterRefused : too few or too many homes, a key that is not a home's own, a home or key named twice
        """
        if len(entries) > MAX_HOMES:
            raise RosterRefused(f"{len(entries)} homes: at most {MAX_HOMES} can be summed")
        by_party = {entry.verify(session, roots, at_s=at_s): entry for entry in entries}
        if len(by_party) < len(entries) or len({entry.public_key for entry in entries}) < len(entries):
            raise RosterRefused("a home or a key is named twice")
        return cls.of(by_party)

    def without(self, gone: Collection[str]) -> "Roster":
        """Return the roster after homes have dropped out; raise `RosterRefused` if too few are left."""
        left = {party_id: key for party_id, key in self.keys.items() if party_id not in gone}
        if len(left) == len(self.keys) or not set(gone) <= self.keys.keys():
            raise RosterRefused("the homes that are said to have dropped out are not on the roster")
        return Roster.of(left)

    @property
    def parties(self) -> frozenset[str]:
        """The homes' party ids."""
        return frozenset(self.keys)

    @property
    def hash(self) -> bytes:
        """What masks under this roster are bound to."""
        entries = (part for party_id, key in self.keys.items() for part in (party_id.encode(), key.hash))
        return digest(b"wattloom masking roster v1", *entries)
