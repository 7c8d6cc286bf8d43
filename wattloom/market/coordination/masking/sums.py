"""The collector's side: masked answers come in, sums go out once every home of the roster has answered."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wattloom.market.coordination.masking.errors import Incomplete, MasksLeft, WrongSize
from wattloom.market.coordination.masking.fixed_point import (
    NUMBER_BYTES,
    VETO_BYTES,
    Flags,
    Floats,
    Words,
    added,
    to_floats,
)
from wattloom.market.coordination.masking.masker import COUNT, Masked


@dataclass(frozen=True, slots=True)
class Sums:
    """What a collector learns: the sums (n,), and which entries somebody vetoes (v,)."""

    homes: int
    sums: Floats
    vetoed: Flags


def check_size(party_id: str, answer: Masked, *, addends: int, vetoes: int) -> None:
    """Raise `WrongSize` unless the answer has room for exactly so many addends and vetoes."""
    wanted = {"numbers": NUMBER_BYTES * (addends + 1), "votes": VETO_BYTES * vetoes}
    for field, expected in wanted.items():
        got = len(getattr(answer, field))
        if got != expected:
            raise WrongSize(party_id=party_id, field=field, got=got, expected=expected)


def unmasked(answers: Mapping[str, Masked], roster: frozenset[str], *, addends: int, vetoes: int) -> Sums:
    """Add the answers up.

    Raises
    ------
    Incomplete : a home of the roster has not answered
    WrongSize : an answer is not as long as asked
    MasksLeft : the homes' masks do not cancel
    """
    if missing := roster - answers.keys():
        raise Incomplete(missing)
    numbers: Words = np.zeros((addends + 1, 2), dtype=np.uint64)
    votes: Words = np.zeros(vetoes, dtype=np.uint64)
    for party_id in roster:
        answer = answers[party_id]
        check_size(party_id, answer, addends=addends, vetoes=vetoes)
        numbers = added(numbers, np.frombuffer(answer.numbers, dtype="<u8").reshape(-1, 2))
        votes = votes + np.frombuffer(answer.votes, dtype="<u8")
    if not np.array_equal(numbers[-1:], COUNT * np.uint64(len(roster))):
        raise MasksLeft(homes=len(roster))
    return Sums(homes=len(roster), sums=to_floats(numbers[:-1]), vetoed=votes != 0)
