"""Homes of one organisation, each with its masker, and the sums of what they mask."""

import numpy as np

from wattloom.identity.certificates import Authority
from wattloom.market.coordination.masking.masker import Masker
from wattloom.market.coordination.masking.roster import Roster
from wattloom.market.coordination.masking.session_keys import SessionKey, SessionName
from wattloom.market.coordination.masking.sums import unmasked

NOW_S = 1_800_000_000
SESSION = SessionName("day-1", bytes(range(32)))
AUTHORITY = Authority.create("CA", organisation="community", not_before_s=NOW_S - 3_600)
ROOTS = {"community": AUTHORITY.certificate}
NO_VETOES = np.zeros(0, dtype=bool)


def home_identity(number, *, role="home", authority=AUTHORITY):
    return authority.issue_client(f"home{number:04d}", role=role, not_before_s=NOW_S - 3_600)


IDENTITIES = [home_identity(number) for number in range(1, 7)]


def signed_keys(identities=IDENTITIES, session=SESSION):
    """Return each home's session key and what it shows of it."""
    keys = [SessionKey(session) for _ in identities]
    return keys, [key.signed(identity) for key, identity in zip(keys, identities, strict=True)]


def roster_of(entries, session=SESSION):
    return Roster.verified(entries, session, ROOTS, at_s=NOW_S)


def maskers(homes=4):
    """Return the maskers of so many homes by party id, all under one roster."""
    keys, entries = signed_keys(IDENTITIES[:homes])
    parties = [f"community.home{number:04d}" for number in range(1, homes + 1)]
    made = {party_id: Masker(party_id, key, SESSION) for party_id, key in zip(parties, keys, strict=True)}
    for masker in made.values():
        masker.admit(roster_of(entries))
    return made


def ask(made, question=b"what?"):
    for masker in made.values():
        masker.hear(question)


def masked(made, addends, vetoes=None):
    """Return every home's masked answer; `addends` and `vetoes` hold a vector per home."""
    vetoes = [NO_VETOES] * len(made) if vetoes is None else vetoes
    return {
        party_id: masker.mask(np.asarray(numbers, dtype=float), np.asarray(flags, dtype=bool))
        for (party_id, masker), numbers, flags in zip(made.items(), addends, vetoes, strict=True)
    }


def summed(answers, addends, vetoes=0):
    return unmasked(answers, frozenset(answers), addends=addends, vetoes=vetoes)
