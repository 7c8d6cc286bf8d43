"""Variables that have only one possible value: an interior-point method needs room on both sides."""

import numpy as np
import scipy.sparse as sp

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.program import QuadraticProgram

EXACT = 1e-12
"""How near, relative to a row's limit, its least possible value must come to count as the limit itself."""


def fixed_values(program: QuadraticProgram) -> FloatArray:
    """Return the value of each variable that has only one, (n,), and not-a-number for the others.

    A variable is fixed by equal bounds, or by a row whose least value under the bounds is already its limit,
    such as used + fed_in <= 0 at night. Source: Andersen and Andersen: Presolving in linear programming,
    Mathematical Programming 71, 1995: forcing constraints.
    """
    rows = sp.csr_matrix(sp.vstack([program.G, program.A, -program.A]))
    rows.eliminate_zeros()
    limit = np.concatenate([program.h, program.b, -program.b])
    lower, upper = program.lower.copy(), program.upper.copy()
    entry_row = np.repeat(np.arange(limit.size), np.diff(rows.indptr))
    while True:
        least = np.where(rows.data > 0, lower[rows.indices], upper[rows.indices])
        activity = np.bincount(entry_row, rows.data * least, limit.size)
        open_rows = np.bincount(entry_row, lower[rows.indices] < upper[rows.indices], limit.size) > 0
        forcing = open_rows & (np.abs(activity - limit) <= EXACT * (1.0 + np.abs(limit)))
        if not forcing.any():
            return np.where(lower == upper, lower, np.nan)
        held = forcing[entry_row]
        lower[rows.indices[held]] = upper[rows.indices[held]] = least[held]
