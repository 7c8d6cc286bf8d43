"""Symbolic elimination of a symmetric matrix: in which order, and where entries arise."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import splu

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Elimination:
    """The pattern of L in L D L' of a matrix (m, m) whose unknown i is eliminated as number place[i].

    Values live in one array of m + nnz numbers: the diagonal, then L below it column by column, rows
    below[start[j] : start[j + 1]], ascending, in column j.
    """

    place: IntArray
    start: IntArray
    below: IntArray

    @property
    def size(self) -> int:
        """How many numbers the diagonal and L hold."""
        return self.place.size + self.below.size

    def where(self, rows: IntArray, columns: IntArray) -> IntArray:
        """Return where the array of values holds the entries (rows, columns), given by unknown."""
        return self._find(self.place[rows], self.place[columns])

    def targets(self) -> IntArray:
        """Return where the product of each two entries of a column is subtracted, in order of elimination.

        For column j with rows r0 < r1 < ...: first (r1, r0), (r2, r0), ..., then (r2, r1), ...
        """
        counts = np.diff(self.start)
        pairs = {count: np.array(np.triu_indices(count, 1)) for count in set(counts)}
        columns = zip(self.start, counts, strict=False)
        first, second = np.concatenate([at + pairs[count] for at, count in columns], axis=1)
        return self._find(self.below[second], self.below[first])

    def _find(self, rows: IntArray, columns: IntArray) -> IntArray:
        m = self.place.size
        keys = np.repeat(np.arange(m), np.diff(self.start)) * m + self.below
        low, high = np.minimum(rows, columns), np.maximum(rows, columns)
        return np.where(low == high, low, m + np.searchsorted(keys, low * m + high))


def eliminate(rows: IntArray, columns: IntArray, size: int) -> Elimination:
    """Return the elimination of a symmetric matrix with these entries, ordered by minimum degree.

    Entries may be given twice, and of (i, j) and (j, i) either or both. Source of the elimination tree:
    Davis: Direct Methods for Sparse Linear Systems, SIAM 2006, chapter 4.
    """
    place = _minimum_degree(rows, columns, size)
    low, high = np.minimum(place[rows], place[columns]), np.maximum(place[rows], place[columns])
    structure: list[set[int]] = [set() for _ in range(size)]
    for column, row in zip(low.tolist(), high.tolist(), strict=True):
        if row > column:
            structure[column].add(row)
    for column in range(size):
        if structure[column]:
            parent = min(structure[column])
            structure[parent] |= structure[column] - {parent}
    counts = [len(entries) for entries in structure]
    below = np.array([row for entries in structure for row in sorted(entries)], dtype=np.int64)
    return Elimination(place=place, start=np.concatenate([[0], np.cumsum(counts)]), below=below)


def _minimum_degree(rows: IntArray, columns: IntArray, size: int) -> IntArray:
    """Return the place of each unknown in SuperLU's multiple minimum degree ordering, (m,)."""
    entries = sp.csc_matrix((np.ones(rows.size), (rows, columns)), shape=(size, size))
    full = entries + entries.T
    dominant = sp.csc_matrix(full + sp.diags(np.asarray(full.sum(axis=0)).ravel() + 1.0))
    factors = splu(
        dominant, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    return np.asarray(factors.perm_c, dtype=np.int64)
