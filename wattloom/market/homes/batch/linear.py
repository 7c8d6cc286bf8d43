"""Sparse linear algebra for homes in step: every number has one value per lane, arrays are (rows, lanes).

`lanes` is a tuple of as many zeros as there are lanes: see `compiled`.
"""

import numpy as np

from wattloom.market.homes.batch.compiled import Lanes, inner
from wattloom.market.homes.batch.pattern import Pattern, Values
from wattloom.market.homes.checks import FloatArray

LEAST_PIVOT = 1e-14
"""A pivot that rounding brought below this, times its sign, is taken as this."""


@inner
def gradient(
    out: FloatArray, pattern: Pattern, values: Values, u: FloatArray, y: FloatArray, lanes: Lanes
) -> None:
    """Set out = K0 u + q + C'y with K0 = [P, A'; A, 0]: by place, P z + c + A'lam + C'y and A z - b."""
    for i in range(u.shape[0]):
        for lane in range(len(lanes)):
            out[i, lane] = values.q[i, lane] + values.diagonal[i, lane] * u[i, lane]
    for entry in range(pattern.row.size):
        i, j = pattern.row[entry], pattern.column[entry]
        for lane in range(len(lanes)):
            value = values.off[entry, lane]
            out[i, lane] += value * u[j, lane]
            out[j, lane] += value * u[i, lane]
    for i in range(y.shape[0]):
        for entry in range(pattern.C_start[i], pattern.C_start[i + 1]):
            j = pattern.C_column[entry]
            for lane in range(len(lanes)):
                out[j, lane] += values.C[entry, lane] * y[i, lane]


@inner
def room(out: FloatArray, pattern: Pattern, values: Values, u: FloatArray, lanes: Lanes) -> None:
    """Set out = C z - d."""
    for i in range(out.shape[0]):
        for lane in range(len(lanes)):
            out[i, lane] = -values.d[i, lane]
        for entry in range(pattern.C_start[i], pattern.C_start[i + 1]):
            j = pattern.C_column[entry]
            for lane in range(len(lanes)):
                out[i, lane] += values.C[entry, lane] * u[j, lane]


@inner
def factor(
    K: FloatArray, pattern: Pattern, values: Values, w: FloatArray, rho: float, delta: float, lanes: Lanes
) -> None:
    """Write 1/D and L of K = [P + rho I + C'WC, A'; A, -delta I] = L D L', laid out by position.

    K is quasi-definite, so pivots need no exchange. Source: Vanderbei: Symmetric quasidefinite matrices, SIAM
    J. Optim. 5, 1995; the elimination is column by column, right-looking.
    """
    _assemble(K, pattern, values, w, rho, delta, lanes)
    m, start, below, target = pattern.sign.size, pattern.start, pattern.below, pattern.target
    scaled = np.empty(len(lanes))
    product = 0
    for column in range(m):
        sign = pattern.sign[column]
        for lane in range(len(lanes)):
            K[column, lane] = sign / max(sign * K[column, lane], LEAST_PIVOT)
        for first in range(start[column], start[column + 1]):
            row = below[first]
            for lane in range(len(lanes)):
                scaled[lane] = K[m + first, lane] * K[column, lane]
                K[row, lane] -= scaled[lane] * K[m + first, lane]
            for second in range(first + 1, start[column + 1]):
                position = target[product]
                product += 1
                for lane in range(len(lanes)):
                    K[position, lane] -= scaled[lane] * K[m + second, lane]
            for lane in range(len(lanes)):
                K[m + first, lane] = scaled[lane]


@inner
def _assemble(
    K: FloatArray, pattern: Pattern, values: Values, w: FloatArray, rho: float, delta: float, lanes: Lanes
) -> None:
    m = pattern.sign.size
    for i in range(m):
        shift = rho if pattern.sign[i] > 0 else -delta
        for lane in range(len(lanes)):
            K[i, lane] = values.diagonal[i, lane] + shift
    K[m:] = 0.0
    for entry in range(pattern.at.size):
        position = pattern.at[entry]
        for lane in range(len(lanes)):
            K[position, lane] += values.off[entry, lane]
    for pair in range(pattern.pair_at.size):
        position, row = pattern.pair_at[pair], pattern.pair_row[pair]
        for lane in range(len(lanes)):
            K[position, lane] += w[row, lane] * values.products[pair, lane]


@inner
def solve(x: FloatArray, K: FloatArray, pattern: Pattern, lanes: Lanes) -> None:
    """Turn the right-hand side x (m, lanes), by place, into K^-1 x, in place."""
    m, start, below = pattern.sign.size, pattern.start, pattern.below
    for column in range(m):
        for entry in range(start[column], start[column + 1]):
            row = below[entry]
            for lane in range(len(lanes)):
                x[row, lane] -= K[m + entry, lane] * x[column, lane]
    for column in range(m - 1, -1, -1):
        for lane in range(len(lanes)):
            x[column, lane] *= K[column, lane]
        for entry in range(start[column], start[column + 1]):
            row = below[entry]
            for lane in range(len(lanes)):
                x[column, lane] -= K[m + entry, lane] * x[row, lane]
