"""A home's programme in the form that batches solve: fixed variables taken out, bounds as inequalities."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from wattloom.market.homes.batch.elimination import IntArray
from wattloom.market.homes.batch.presolve import fixed_values
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.program import QuadraticProgram


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Where a sparse matrix has entries: row and column of each, ordered by row and column."""

    row: IntArray
    column: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """minimise z'Pz / 2 + c.z  subject to  A z = b,  C z <= d; the programme's solution is z + fixed.

    C stacks G, the lower and the upper bounds. A variable that has only one value is fixed: its columns are
    zero here, and P holds it at zero. A row that fixing leaves empty has the limit one. So homes with more or
    less sun, wind or events keep one structure.

    Attributes
    ----------
    sizes : n variables, p equalities, k inequalities
    entries : of P (n, n), with its whole diagonal, A (p, n) and C (k, n)
    P, A, C : their values, entry by entry
    fixed, free : (n,), the values of fixed variables, zero elsewhere; whether a variable is not fixed
    trade : (T,), which variables are the trade
    """

    sizes: tuple[int, int, int]
    entries: tuple[Entries, Entries, Entries]
    P: FloatArray
    A: FloatArray
    C: FloatArray
    c: FloatArray
    b: FloatArray
    d: FloatArray
    fixed: FloatArray
    free: npt.NDArray[np.bool_]
    trade: IntArray

    @property
    def structure(self) -> bytes:
        """What homes must share to be solved in one batch."""
        indices = [part.tobytes() for entries in self.entries for part in (entries.row, entries.column)]
        return b"|".join([repr(self.sizes).encode(), self.trade.tobytes(), *indices])


def standardise(program: QuadraticProgram, trade: slice) -> Standard:
    """Return the standard form of a home's programme, whose trade stands in the columns `trade`."""
    n = program.c.size
    below, above = np.isfinite(program.lower), np.isfinite(program.upper)
    unit = sp.eye(n, format="csr")
    P, A = _by_rows(program.P, 0.0 * unit), _by_rows(program.A)
    C = _by_rows(sp.vstack([program.G, -unit[below], unit[above]]))
    d = np.concatenate([program.h, -program.lower[below], program.upper[above]])
    value = fixed_values(program)
    free, fixed = np.isnan(value), np.nan_to_num(value)
    diagonal = P.row == P.col
    used = np.bincount(C.row, free[C.col], d.size) > 0
    return Standard(
        sizes=(n, program.b.size, d.size),
        entries=(_entries(P), _entries(A), _entries(C)),
        P=np.where(diagonal & ~free[P.row], 1.0, P.data * (free[P.row] & free[P.col])),
        A=A.data * free[A.col],
        C=C.data * free[C.col],
        c=np.where(free, program.c + P @ fixed, 0.0),
        b=program.b - A @ fixed,
        d=np.where(used, d - C @ fixed, 1.0),
        fixed=fixed,
        free=free,
        trade=np.arange(n)[trade],
    )


def _by_rows(*summands: sp.spmatrix) -> sp.coo_matrix:
    """Return the sum's entries ordered by row and column; unlike scipy's sum, keep those that are zero."""
    parts = [sp.coo_matrix(part) for part in summands]
    data, row, col = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("data", "row", "col")
    )
    ordered = sp.csr_matrix((data, (row, col)), shape=parts[0].shape)
    ordered.sum_duplicates()
    return ordered.tocoo()


def _entries(matrix: sp.coo_matrix) -> Entries:
    return Entries(row=matrix.row.astype(np.int64), column=matrix.col.astype(np.int64))
