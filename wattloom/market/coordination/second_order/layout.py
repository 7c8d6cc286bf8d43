"""Which numbers stand where in the flat vectors of questions and answers.

| kind | the question's values | what each home does and answers |
|---|---|---|
| start | price (T,), barrier | finds its place on the central path at that price, alone; linearises |
| move | change (T,), target | takes its step to the target barrier, as far as it can go; linearises |
| check | price (T,), shift (T,), relaxation, rho | answers a round of exchange ADMM, with its sensitivity |
| iterate | as check | answers a round of exchange ADMM |

Every answer has one veto: the home's numbers have broken down.
"""

from collections.abc import Mapping

import numpy as np

from wattloom.market.coordination.second_order.errors import BadQuestion, BadTotals
from wattloom.market.coordination.second_order.messages import Kind, Question, Totals
from wattloom.market.homes.checks import FloatArray

VETOES = 1

Fields = Mapping[str, int]
"""Names of consecutive parts of a vector, and how many numbers each has."""

Parts = dict[str, FloatArray]
"""Those parts."""


def triangle(slots: int) -> int:
    """Return how many numbers a symmetric matrix (T, T) has."""
    return slots * (slots + 1) // 2


def asked(kind: Kind, slots: int) -> Fields:
    """Return the parts of a question's values."""
    match kind:
        case Kind.START:
            return {"price": slots, "barrier": 1}
        case Kind.MOVE:
            return {"change": slots, "target": 1}
        case Kind.CHECK | Kind.ITERATE:
            return {"price": slots, "shift": slots, "relaxation": 1, "rho": 1}


def answered(kind: Kind, slots: int) -> Fields:
    """Return the parts of an answer's addends.

    trade: x, kWh; newton: dx of a step to a barrier of zero at constant price; centring: d dx / d barrier;
    complementarity: s.y, $, and inequalities: how many such products; length: the share of its last step that
    the home could go; sensitivity: -dx/dprice, as its upper triangle; moved: ||x - anchor||^2, kWh^2; pulled:
    rho sensitivity (x - anchor), kWh.
    """
    match kind:
        case Kind.CHECK:
            return {"trade": slots, "moved": 1, "pulled": slots, "sensitivity": triangle(slots)}
        case Kind.ITERATE:
            return {"trade": slots, "moved": 1}
        case Kind.START | Kind.MOVE:
            vectors = {"trade": slots, "newton": slots, "centring": slots}
            scalars = {"complementarity": 1, "inequalities": 1, "length": 1}
            return vectors | scalars | {"sensitivity": triangle(slots)}


def shape(kind: Kind, slots: int) -> tuple[int, int]:
    """Return how many addends and vetoes answer a question of this kind."""
    return sum(answered(kind, slots).values()), VETOES


def ask(kind: Kind, slots: int, **parts: FloatArray | float) -> Question:
    """Return the question made of these parts, one for each of `asked`."""
    return Question(kind, np.concatenate([np.atleast_1d(parts[name]) for name in asked(kind, slots)]))


def read_question(question: Question, slots: int) -> Parts:
    """Return the parts of a question.

    Raises
    ------
    BadQuestion : it does not have as many numbers as its kind needs
    """
    fields, size = asked(question.kind, slots), question.values.size
    if size != sum(fields.values()):
        problem = f"({question.kind}) has {size} numbers, and {sum(fields.values())} for {slots} slots"
        raise BadQuestion(problem=f"{problem} are needed")
    return _split(question.values, fields)


def read_totals(kind: Kind, totals: Totals, slots: int) -> Parts:
    """Return the parts of an answer's sums.

    Raises
    ------
    BadTotals : they are not finite, or not as many as the question's kind has
    """
    fields = answered(kind, slots)
    if totals.sums.shape != (sum(fields.values()),) or totals.vetoed.shape != (VETOES,):
        raise BadTotals(problem=f"{totals.sums.size} sums and {totals.vetoed.size} vetoes answer {kind}")
    if not np.isfinite(totals.sums).all():
        raise BadTotals(problem=f"a sum that answers {kind} is not finite")
    return _split(totals.sums, fields)


def folded(matrices: FloatArray) -> FloatArray:
    """Return the upper triangles (..., T (T + 1) / 2) of symmetric matrices (..., T, T)."""
    rows, columns = np.triu_indices(matrices.shape[-1])
    return np.asarray(matrices[..., rows, columns])


def unfolded(values: FloatArray, slots: int) -> FloatArray:
    """Return the symmetric matrix (T, T) whose upper triangle these values are."""
    matrix = np.zeros((slots, slots))
    matrix[np.triu_indices(slots)] = values
    return matrix + np.triu(matrix, 1).T


def _split(values: FloatArray, fields: Fields) -> Parts:
    ends = np.cumsum(list(fields.values()))
    return dict(zip(fields, np.split(values, ends[:-1]), strict=True))
