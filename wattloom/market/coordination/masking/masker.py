"""A home's side: it adds to each answer masks that cancel in the sum over the roster.

Every pair of homes shares a secret; of the two, one adds and the other subtracts a key stream made from it.
Source: Bonawitz et al. 2017, "Practical Secure Aggregation for Privacy-Preserving Machine Learning", section
4.0.1. Their recovery of a lost home's masks is not needed: a sum that lacks a home is given up, and the next
question is asked under a roster without it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from wattloom.market.coordination.masking.errors import AskedAgain, NothingAsked, RosterRefused
from wattloom.market.coordination.masking.fixed_point import (
    NUMBER_BYTES,
    VETO_BYTES,
    Flags,
    Floats,
    Words,
    added,
    negated,
    to_votes,
    to_words,
)
from wattloom.market.coordination.masking.roster import Roster
from wattloom.market.coordination.masking.session_keys import KEY_BYTES, SessionKey, SessionName, digest

COUNT: Final = np.array([[1, 0]], dtype=np.uint64)
"""Every message ends with one more number, 1 of the last place: a sum in which it is not the number of homes
was not made under one roster and question."""


@dataclass(frozen=True, slots=True)
class Masked:
    """One home's answer as it travels: n + 1 numbers of 16 bytes, and v votes of 8."""

    numbers: bytes
    votes: bytes


class Masker:
    """Masks one home's answers in one session.

    Masks are bound to everything that the home has been told so far, in order: session, rosters, questions.
    So they cancel only among homes that were all told the same, and no two questions share a mask.

    What was answered among more homes is not answered again among fewer: the difference of the two sums would
    be the answers of those who have left.
    """

    def __init__(self, party_id: str, key: SessionKey, session: SessionName) -> None:
        self._party_id = party_id
        self._key = key
        self._heard = session.hash
        self._roster: Roster | None = None
        self._secrets: dict[str, bytes] = {}
        self._question: bytes | None = None
        self._answered: set[bytes] = set()
        self._answered_before: set[bytes] = set()

    def admit(self, roster: Roster) -> None:
        """Take the session's roster; raise `RosterRefused` on a second, or without this home's own key."""
        own = roster.keys.get(self._party_id)
        if own is None or own.public_key != self._key.public_key:
            raise RosterRefused(f"{self._party_id} is not on the roster with its own key")
        if self._roster is not None:
            raise RosterRefused("a session has one roster, which can only lose homes")
        others = roster.parties - {self._party_id}
        self._secrets = {each: self._key.agree(roster.keys[each].public_key) for each in others}
        self._take(roster)

    def drop_out(self, gone: Collection[str]) -> None:
        """Go on without homes; raise `RosterRefused` if they are not on the roster, or too few are left."""
        if self._roster is None or self._party_id in gone:
            raise RosterRefused(f"{self._party_id} has not dropped out, or has no roster yet")
        left = self._roster.without(gone)
        self._secrets = {each: self._secrets[each] for each in left.parties - {self._party_id}}
        self._answered_before |= self._answered
        self._take(left)

    def _take(self, roster: Roster) -> None:
        self._roster, self._question, self._answered = roster, None, set()
        self._hear(b"roster", roster.hash)

    def hear(self, question: bytes) -> None:
        """Take note of a question's exact bytes; raise `AskedAgain` if more homes have answered it before."""
        if question in self._answered_before:
            raise AskedAgain
        self._hear(b"question", question)
        self._question = question

    def mask(self, addends: Floats, vetoes: Flags) -> Masked:
        """Return the answer to the question heard last, masked.

        Raises
        ------
        NothingAsked : no roster or question since the last answer: a question is answered once
        NotRepresentable : an addend is not finite, or too large
        """
        if self._roster is None or self._question is None:
            raise NothingAsked
        numbers = np.concatenate([to_words(addends), COUNT])
        votes = to_votes(vetoes)
        for party_id, secret in self._secrets.items():
            number_mask, vote_mask = self._stream(secret, len(numbers), len(votes))
            if party_id > self._party_id:
                number_mask, vote_mask = negated(number_mask), ~vote_mask + np.uint64(1)
            numbers, votes = added(numbers, number_mask), votes + vote_mask
        self._answered.add(self._question)
        self._question = None
        return Masked(numbers=numbers.astype("<u8").tobytes(), votes=votes.astype("<u8").tobytes())

    def _stream(self, secret: bytes, numbers: int, votes: int) -> tuple[Words, Words]:
        """Return a pair's masks: ChaCha20 (RFC 8439), under a key that serves once, so its nonce is zero."""
        key = HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=self._heard).derive(secret)
        size = numbers * NUMBER_BYTES + votes * VETO_BYTES
        stream = Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(size))
        words = np.frombuffer(stream, dtype="<u8").astype(np.uint64)
        return words[: 2 * numbers].reshape(-1, 2), words[2 * numbers :]

    def _hear(self, what: bytes, *fields: bytes) -> None:
        self._heard = digest(b"wattloom masking heard v1", self._heard, what, *fields)
