"""Masked sums: exact when everybody was told the same, noise otherwise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.coordination.masking.samples import ask, masked, maskers, summed
from wattloom.market.coordination.masking.errors import Incomplete, MasksLeft, WrongSize
from wattloom.market.coordination.masking.fixed_point import LIMIT, to_words
from wattloom.market.coordination.masking.masker import Masked
from wattloom.market.coordination.masking.sums import unmasked

HOMES = 4
numbers = st.floats(min_value=-LIMIT / 2, max_value=LIMIT / 2)


def as_integers(data):
    return [int.from_bytes(data[at : at + 16], "little", signed=True) for at in range(0, len(data), 16)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[numbers] * HOMES), min_size=1, max_size=6))
def test_masked_numbers_sum_to_exactly_what_plain_ones_do(columns):
    rows = np.array(columns).T
    made = maskers(HOMES)
    ask(made)
    answers = masked(made, rows)
    plain = [sum(as_integers(to_words(column).tobytes())) % 2**128 for column in rows.T]
    found = [
        sum(entries) % 2**128
        for entries in zip(*(as_integers(a.numbers) for a in answers.values()), strict=True)
    ]
    assert found == [*plain, HOMES]
    assert summed(answers, len(columns)).sums == pytest.approx(rows.sum(axis=0), rel=1e-12, abs=1e-12 * LIMIT)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.booleans()] * HOMES), min_size=1, max_size=8))
def test_a_vote_is_vetoed_where_any_home_vetoes(columns):
    rows = np.array(columns).T
    made = maskers(HOMES)
    ask(made)
    found = summed(masked(made, np.zeros((HOMES, 0)), rows), 0, len(columns))
    assert found.vetoed.tolist() == rows.any(axis=0).tolist()
    assert found.homes == HOMES


def test_a_single_message_looks_like_random_bits():
    """Of 64 000 numbers, all zero: each of the 128 bits is set in half of them, within five deviations."""
    made = maskers(3)
    ask(made)
    count = 64_000
    answers = masked(made, np.zeros((3, count)), np.zeros((3, count), dtype=bool))
    one = answers["community.home0002"]
    for data, width in ((one.numbers, 16), (one.votes, 8)):
        bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8).reshape(-1, width), axis=1)
        assert np.all(np.abs(bits.mean(axis=0) - 0.5) < 5 * 0.5 / np.sqrt(len(bits)))
        assert len(np.unique(bits, axis=0)) == len(bits)


def test_two_answers_of_a_home_to_the_same_question_have_nothing_in_common():
    made = maskers(3)
    ask(made)
    first = masked(made, np.ones((3, 5)))
    ask(made)
    second = masked(made, np.ones((3, 5)))
    for party_id in made:
        shared = set(as_integers(first[party_id].numbers)) & set(as_integers(second[party_id].numbers))
        assert not shared
    assert summed(second, 5).sums.tolist() == [3.0] * 5


@pytest.mark.parametrize("gone", range(HOMES))
def test_the_sum_without_a_home_is_noise(gone):
    made = maskers(HOMES)
    ask(made)
    answers = masked(made, np.ones((HOMES, 3)))
    party_id = sorted(answers)[gone]
    rest = {key: answer for key, answer in answers.items() if key != party_id}
    with pytest.raises(Incomplete) as refusal:
        unmasked(rest, frozenset(answers), addends=3, vetoes=0)
    assert refusal.value.missing == {party_id}
    with pytest.raises(MasksLeft):
        unmasked(rest, frozenset(rest), addends=3, vetoes=0)


def test_an_altered_message_shows():
    made = maskers(HOMES)
    ask(made)
    answers = masked(made, np.ones((HOMES, 1)))
    party_id, answer = next(iter(answers.items()))
    flipped = bytes([*answer.numbers[:-16], answer.numbers[-16] ^ 1, *answer.numbers[-15:]])
    with pytest.raises(MasksLeft):
        summed({**answers, party_id: Masked(numbers=flipped, votes=b"")}, 1)


@pytest.mark.parametrize("wrong", [Masked(b"", b""), Masked(bytes(16), b""), Masked(bytes(32), bytes(8))])
def test_an_answer_of_another_size_is_refused_with_its_home(wrong):
    made = maskers(HOMES)
    ask(made)
    answers = masked(made, np.ones((HOMES, 1)))
    with pytest.raises(WrongSize, match=r"community.home0003"):
        summed({**answers, "community.home0003": wrong}, 1)
