"""What homes of one structure share: their sparsity and how it is factored."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wattloom.market.homes.batch.elimination import IntArray, eliminate
from wattloom.market.homes.batch.standard import Standard
from wattloom.market.homes.checks import FloatArray

IndexArray = npt.NDArray[np.uint32]


class Pattern(NamedTuple):
    """Sparsity of K = [P + C'WC, A'; A, 0] and of its factors L D L', for compiled code.

    The m = n + p unknowns z and lam stand in one vector u in the order of elimination, each at its place.
    Positions are those of `Elimination`'s array of values: the diagonal of K by place, then L by column.

    Attributes
    ----------
    sign : (m,), by place: + for a variable, - for an equality, which is the sign of its pivot
    start, below, target : the elimination
    row, column, at : places and position of each entry of K below its diagonal that P or A has
    C_start, C_column : the rows of C, (k + 1,), and the place of each entry's variable
    pair_row, pair_at : for each product of two entries of a row of C, that row and its position
    """

    sign: FloatArray
    start: IntArray
    below: IndexArray
    target: IndexArray
    row: IndexArray
    column: IndexArray
    at: IndexArray
    C_start: IntArray
    C_column: IndexArray
    pair_row: IndexArray
    pair_at: IndexArray


class Values(NamedTuple):
    """The numbers of homes in step, for compiled code; arrays are (rows, lanes) or (groups, rows, lanes).

    Attributes
    ----------
    diagonal : (m,), by place: the diagonal of P, zero for equalities
    off : the entries of P and A that `Pattern.row, column, at` place
    C, products : the entries of C, and the products of two of them that stand in one row
    q : (m,), by place: c for variables and -b for equalities
    d : (k,)
    """

    diagonal: FloatArray
    off: FloatArray
    C: FloatArray
    products: FloatArray
    q: FloatArray
    d: FloatArray


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Structure:
    """The pattern of all homes that one home stands for, and where their numbers go.

    Attributes
    ----------
    sizes : n variables, p equalities, k inequalities
    place : (m,), the place of each variable, then of each equality
    """

    sizes: tuple[int, int, int]
    place: IntArray
    pattern: Pattern
    on_diagonal: npt.NDArray[np.bool_]
    below_diagonal: npt.NDArray[np.bool_]
    pairs: tuple[IntArray, IntArray]

    @property
    def size(self) -> int:
        """How many numbers the factors of K are."""
        return self.pattern.sign.size + self.pattern.below.size

    @classmethod
    def of(cls, home: Standard) -> "Structure":
        """Return the structure of this home, found by symbolic elimination: some milliseconds a day."""
        (n, p, k), (P, A, C) = home.sizes, home.entries
        lower, (first, second) = P.row > P.column, _pairs(C.row, k)
        row, column = np.r_[P.row[lower], A.row + n], np.r_[P.column[lower], A.column]
        pair_row, pair_column = C.column[first], C.column[second]
        elimination = eliminate(np.r_[row, pair_row], np.r_[column, pair_column], n + p)
        place = elimination.place
        pattern = Pattern(
            sign=_by_place(np.r_[np.ones(n), -np.ones(p)], place),
            start=elimination.start,
            below=_index(elimination.below),
            target=_index(elimination.targets()),
            row=_index(place[row]),
            column=_index(place[column]),
            at=_index(elimination.where(row, column)),
            C_start=np.searchsorted(C.row, np.arange(k + 1)),
            C_column=_index(place[C.column]),
            pair_row=_index(C.row[first]),
            pair_at=_index(elimination.where(pair_row, pair_column)),
        )
        return cls(home.sizes, place, pattern, P.row == P.column, lower, (first, second))

    def values(self, home: Standard) -> Values:
        """Return the numbers of one home of this structure, each array (rows,)."""
        first, second = self.pairs
        p = self.sizes[1]
        return Values(
            diagonal=_by_place(np.r_[home.P[self.on_diagonal], np.zeros(p)], self.place),
            off=np.r_[home.P[self.below_diagonal], home.A],
            C=home.C,
            products=home.C[first] * home.C[second],
            q=_by_place(np.r_[home.c, -home.b], self.place),
            d=home.d,
        )


def _pairs(row: IntArray, rows: int) -> tuple[IntArray, IntArray]:
    """Return all pairs (e, f), f <= e, of entries of one row; entries are ordered by row."""
    start = np.searchsorted(row, np.arange(rows + 1))
    counts = np.diff(start)
    pairs = {count: np.array(np.tril_indices(count)) for count in set(counts)}
    first, second = np.concatenate(
        [at + pairs[count] for at, count in zip(start, counts, strict=False)], axis=1
    )
    return first, second


def _by_place(numbers: FloatArray, place: IntArray) -> FloatArray:
    placed = np.empty_like(numbers)
    placed[place] = numbers
    return placed


def _index(numbers: IntArray) -> IndexArray:
    return numbers.astype(np.uint32)
