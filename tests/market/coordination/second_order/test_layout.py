"""Parts of questions and answers in flat vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.market.coordination.second_order.errors import BadQuestion, BadTotals
from wattloom.market.coordination.second_order.layout import (
    VETOES,
    answered,
    ask,
    asked,
    folded,
    read_question,
    read_totals,
    shape,
    unfolded,
)
from wattloom.market.coordination.second_order.messages import Kind, Question, Totals

kinds = st.sampled_from(Kind)
slot_counts = st.integers(1, 12)


@given(kinds, slot_counts, st.integers(0, 2**32 - 1))
def test_a_question_reads_as_it_was_asked(kind, slots, seed):
    random = np.random.default_rng(seed)
    parts = {name: random.normal(size=size) for name, size in asked(kind, slots).items()}
    found = read_question(ask(kind, slots, **parts), slots)
    assert {name: part.tolist() for name, part in found.items()} == {
        name: part.tolist() for name, part in parts.items()
    }


@given(kinds, slot_counts)
def test_a_question_of_another_size_is_refused(kind, slots):
    question = Question(kind, np.zeros(sum(asked(kind, slots).values()) + 1))
    with pytest.raises(BadQuestion, match=r"are needed"):
        read_question(question, slots)


@given(kinds, slot_counts)
def test_totals_have_the_stated_shape_or_are_refused(kind, slots):
    addends, vetoes = shape(kind, slots)
    assert vetoes == VETOES
    right = Totals(2, np.zeros(addends), np.zeros(vetoes, dtype=bool))
    assert {name: part.size for name, part in read_totals(kind, right, slots).items()} == dict(
        answered(kind, slots)
    )
    for sums in (np.zeros(addends + 1), np.full(addends, np.nan)):
        with pytest.raises(BadTotals):
            read_totals(kind, Totals(2, sums, right.vetoed), slots)


@given(slot_counts, st.integers(0, 2**32 - 1))
def test_a_symmetric_matrix_survives_being_folded(slots, seed):
    matrix = np.random.default_rng(seed).normal(size=(slots, slots))
    matrix = matrix + matrix.T
    np.testing.assert_array_equal(unfolded(folded(matrix), slots), matrix)
