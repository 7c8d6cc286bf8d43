"""What passes between coordinator and homes."""

import numpy as np
import pytest

from wattloom.market.coordination.second_order.errors import BadQuestion, BadTotals
from wattloom.market.coordination.second_order.messages import Answer, Kind, Question, total


@pytest.mark.parametrize("values", [[np.nan], [np.inf], [[1.0]], 1.0])
def test_a_question_is_a_flat_vector_of_finite_numbers(values):
    with pytest.raises(BadQuestion, match="no flat vector of finite numbers"):
        Question(Kind.MOVE, np.array(values))


def test_a_question_of_an_unknown_kind_is_refused():
    with pytest.raises(BadQuestion, match="unknown kind 'guess'"):
        Question("guess", np.zeros(1))


def test_a_question_may_be_made_from_what_arrived():
    assert Question("move", [1, 2]).kind is Kind.MOVE


def test_totals_are_sums_and_whether_anybody_vetoes():
    answers = [
        Answer(np.array([1.0, 2.0]), np.array([False, True])),
        Answer(np.array([0.5, -2.0]), np.array([False, False])),
    ]
    totals = total(answers)
    assert (totals.homes, totals.sums.tolist(), totals.vetoed.tolist()) == (2, [1.5, 0.0], [False, True])


def test_nobody_has_no_totals():
    with pytest.raises(BadTotals, match="no home has answered"):
        total([])
