"""What passes between the coordinator and the homes: plain arrays, whichever transport carries them.

The coordinator sends one `Question` to all homes and gets back `Totals` of their answers: the sum of the
addends over the homes, and for every veto whether any home has raised it. So a transport may add up masked
numbers and never see one home's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from wattloom.market.coordination.second_order.errors import BadQuestion, BadTotals
from wattloom.market.homes.checks import FloatArray

BoolArray = npt.NDArray[np.bool_]


class Kind(StrEnum):
    """What a question asks; `layout` says which numbers each kind carries and gets back."""

    START = "start"
    MOVE = "move"
    CHECK = "check"
    ITERATE = "iterate"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What all homes are asked: `values`, a flat vector of finite numbers whose meaning depends on `kind`."""

    kind: Kind
    values: FloatArray

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "kind", Kind(self.kind))
        except ValueError:
            raise BadQuestion(problem=f"is of the unknown kind {self.kind!r}") from None
        values = np.asarray(self.values, dtype=np.float64)
        if values.ndim != 1 or not np.isfinite(values).all():
            raise BadQuestion(problem=f"({self.kind}) holds values that are no flat vector of finite numbers")
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What one home answers.

    Attributes
    ----------
    addends : flat, finite float64; only their sum over the homes is used
    vetoes : flat, bool; only whether any home vetoes is used
    """

    addends: FloatArray
    vetoes: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """What the coordinator learns of one question's answers.

    Attributes
    ----------
    homes : how many homes have answered; fewer than before: the others have left for good
    sums : the addends, summed over those homes
    vetoed : for each veto whether any of those homes raised it
    """

    homes: int
    sums: FloatArray
    vetoed: BoolArray


def total(answers: Sequence[Answer]) -> Totals:
    """Return the totals of the answers of homes in this process."""
    if not answers:
        raise BadTotals(problem="no home has answered")
    return Totals(
        homes=len(answers),
        sums=np.sum([answer.addends for answer in answers], axis=0),
        vetoed=np.any([answer.vetoes for answer in answers], axis=0),
    )
