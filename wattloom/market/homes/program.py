"""The quadratic programme behind a stated home, as plain matrices for a direct solver."""

from dataclasses import dataclass

import cvxpy as cp
import numpy as np
import scipy.sparse as sp

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.stated import StatedHome


@dataclass(frozen=True, slots=True, eq=False)
class QuadraticProgram:
    """minimise z'Pz / 2 + c.z  subject to  A z = b,  G z <= h,  lower <= z <= upper.

    For n variables, p equalities and k inequalities: P (n, n), A (p, n), G (k, n), sparse by column.
    `columns` says where each cvxpy variable, by its id, stands in z.
    """

    P: sp.csc_matrix
    c: FloatArray
    A: sp.csc_matrix
    b: FloatArray
    G: sp.csc_matrix
    h: FloatArray
    lower: FloatArray
    upper: FloatArray
    columns: dict[int, slice]


def extract(stated: StatedHome) -> QuadraticProgram:
    """Return the matrices of the home's problem, trade free and unpriced, as cvxpy compiles them."""
    problem = stated.problem()
    data, _, _ = problem.get_problem_data(cp.PIQP)
    starts = data["param_prob"].var_id_to_col
    columns = {v.id: slice(starts[v.id], starts[v.id] + v.size) for v in problem.variables()}
    rows, h = sp.csr_matrix(data["F"]), np.asarray(data["G"])
    single = np.diff(rows.indptr) == 1  # a row with one entry bounds one variable
    lower, upper = _bounds(rows[single], h[single], rows.shape[1])
    return QuadraticProgram(
        P=sp.csc_matrix(data["P"]),
        c=np.asarray(data["q"]),
        A=sp.csc_matrix(data["A"]),
        b=np.asarray(data["b"]),
        G=sp.csc_matrix(rows[~single]),
        h=h[~single],
        lower=lower,
        upper=upper,
        columns=columns,
    )


def without(program: QuadraticProgram, block: slice, values: FloatArray) -> QuadraticProgram:
    """Return the programme with the variables in `block`, which P must not weigh, replaced by `values`."""
    keep = np.r_[: block.start, block.stop : program.c.size]
    return QuadraticProgram(
        P=sp.csc_matrix(program.P[keep][:, keep]),
        c=program.c[keep],
        A=sp.csc_matrix(program.A[:, keep]),
        b=program.b - program.A[:, block] @ values,
        G=sp.csc_matrix(program.G[:, keep]),
        h=program.h - program.G[:, block] @ values,
        lower=program.lower[keep],
        upper=program.upper[keep],
        columns={},
    )


def _bounds(rows: sp.csr_matrix, h: FloatArray, size: int) -> tuple[FloatArray, FloatArray]:
    """Return the bounds that rows of one entry each, k z[j] <= h, put on z: (size,) below and above."""
    column, limit = rows.indices, h / rows.data
    lower, upper = np.full(size, -np.inf), np.full(size, np.inf)
    above = rows.data > 0
    np.minimum.at(upper, column[above], limit[above])
    np.maximum.at(lower, column[~above], limit[~above])
    return lower, upper
