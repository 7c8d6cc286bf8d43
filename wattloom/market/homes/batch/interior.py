"""A primal-dual interior-point method that comes near the optimum from nowhere; `active_set` finishes.

    minimise z'Pz / 2 + c.z   subject to   A z = b,   C z + s = d,   s >= 0;   multipliers lam and y >= 0

Mehrotra's predictor and corrector on K = [P + rho I + C'WC, A'; A, -rho I] with W = diag(y / s); rho is a
proximal term around the last iterate, which bends the path but not its end. One home at a time: arrays are
(rows, 1). Source: Nocedal and Wright: Numerical Optimization, 2006, 16.6; Pougkakiotis and Gondzio: An
interior point-proximal method of multipliers, Comput. Optim. Appl. 78, 2021.
"""

from typing import NamedTuple

import numpy as np

from wattloom.market.homes.batch.compiled import ALONE, inner
from wattloom.market.homes.batch.linear import factor, gradient, room, solve
from wattloom.market.homes.batch.pattern import Pattern, Values
from wattloom.market.homes.checks import FloatArray

ITERATIONS = 60
MOST_RHO, LEAST_RHO = 1e-6, 1e-10
SHORT_OF_THE_EDGE = 0.99
"""What share of the way to the nearest bound a step goes."""


class Point(NamedTuple):
    """An iterate or a step: u = (z, lam) by place (m, 1), slacks s and multipliers y (k, 1)."""

    u: FloatArray
    s: FloatArray
    y: FloatArray


class Work(NamedTuple):
    """What an iteration needs: factors, residuals of the equalities and of C z + s = d, y / s, and the step.

    `shift` is the wanted change of s y over s: y for the predictor, y plus a correction for the corrector.
    """

    factors: FloatArray
    r: FloatArray
    rc: FloatArray
    w: FloatArray
    shift: FloatArray
    step: Point


@inner
def new_point(m: int, k: int) -> Point:
    """Return a point of zeros."""
    return Point(np.zeros((m, 1)), np.zeros((k, 1)), np.zeros((k, 1)))


@inner
def new_work(pattern: Pattern, m: int, k: int) -> Work:
    """Return the memory for one home's iterations."""
    factors = np.zeros((m + pattern.below.size, 1))
    r, rc, w, shift = np.zeros((m, 1)), np.zeros((k, 1)), np.zeros((k, 1)), np.zeros((k, 1))
    return Work(factors, r, rc, w, shift, new_point(m, k))


@inner
def start(pattern: Pattern, values: Values, at: Point, work: Work) -> None:
    """Write Mehrotra's starting point: slacks and multipliers of least squares, moved above zero."""
    k = at.s.shape[0]
    for i in range(at.u.shape[0]):
        at.u[i, 0] = 0.0
    for i in range(k):
        at.y[i, 0], work.w[i, 0], work.shift[i, 0] = 0.0, 1.0, 0.0
    gradient(work.r, pattern, values, at.u, at.y, ALONE)
    room(work.rc, pattern, values, at.u, ALONE)
    factor(work.factors, pattern, values, work.w, MOST_RHO, MOST_RHO, ALONE)
    _direction(pattern, values, work)
    least, most = 0.0, 0.0
    for i in range(k):
        least, most = min(least, work.step.s[i, 0]), max(most, work.step.s[i, 0])
    product, sum_s, sum_y = 0.0, 0.0, 0.0
    for i in range(k):
        s, y = work.step.s[i, 0] - 1.5 * least, 1.5 * most - work.step.s[i, 0]
        at.s[i, 0], at.y[i, 0] = s, y
        product, sum_s, sum_y = product + s * y, sum_s + s, sum_y + y
    for i in range(k):
        at.s[i, 0] += 0.5 * product / sum_y
        at.y[i, 0] += 0.5 * product / sum_s
    for i in range(at.u.shape[0]):
        at.u[i, 0] = work.step.u[i, 0]


@inner
def approach(pattern: Pattern, values: Values, at: Point, work: Work, goal: float) -> bool:
    """Iterate until the mean of s y is at most `goal`; tell whether it came that far."""
    k = at.s.shape[0]
    for _ in range(ITERATIONS):
        gradient(work.r, pattern, values, at.u, at.y, ALONE)
        room(work.rc, pattern, values, at.u, ALONE)
        mean = 0.0
        for i in range(k):
            work.rc[i, 0] += at.s[i, 0]
            work.w[i, 0] = at.y[i, 0] / at.s[i, 0]
            work.shift[i, 0] = at.y[i, 0]
            mean += at.s[i, 0] * at.y[i, 0] / k
        if not mean > goal:
            return not np.isnan(mean)
        rho = min(MOST_RHO, max(LEAST_RHO, 1e-2 * mean))
        factor(work.factors, pattern, values, work.w, rho, rho, ALONE)
        _direction(pattern, values, work)
        _correct(at, work, mean)
        _direction(pattern, values, work)
        _advance(at, work.step, min(1.0, max(SHORT_OF_THE_EDGE, 1.0 - mean) * _longest(at, work.step)))
    return False


@inner
def _direction(pattern: Pattern, values: Values, work: Work) -> None:
    """Write the step that solves the linearised conditions: ds = -rc - C dz, dy = -w ds - shift."""
    _reduce(work.step.u, pattern, values.C, work.r, work.rc, work.w, work.shift)
    solve(work.step.u, work.factors, pattern, ALONE)
    _expand(work.step, pattern, values.C, work.rc, work.w, work.shift)


@inner
def _reduce(
    u: FloatArray,
    pattern: Pattern,
    C: FloatArray,
    r: FloatArray,
    rc: FloatArray,
    w: FloatArray,
    shift: FloatArray,
) -> None:
    """Write the right-hand side in u alone: u = -r - C'(w rc - shift)."""
    for i in range(u.shape[0]):
        u[i, 0] = -r[i, 0]
    for i in range(w.shape[0]):
        weight = shift[i, 0] - w[i, 0] * rc[i, 0]
        for entry in range(pattern.C_start[i], pattern.C_start[i + 1]):
            u[pattern.C_column[entry], 0] += C[entry, 0] * weight


@inner
def _expand(
    step: Point, pattern: Pattern, C: FloatArray, rc: FloatArray, w: FloatArray, shift: FloatArray
) -> None:
    """Write the rest of the step: ds = -rc - C dz, dy = -w ds - shift."""
    u, s, y = step.u, step.s, step.y
    for i in range(w.shape[0]):
        slack = -rc[i, 0]
        for entry in range(pattern.C_start[i], pattern.C_start[i + 1]):
            slack -= C[entry, 0] * u[pattern.C_column[entry], 0]
        s[i, 0] = slack
        y[i, 0] = -w[i, 0] * slack - shift[i, 0]


@inner
def _correct(at: Point, work: Work, mean: float) -> None:
    """Turn the predictor's shift into the corrector's: second-order term and centring, by Mehrotra's rule."""
    step, k = work.step, at.s.shape[0]
    length = min(1.0, _longest(at, step))
    after = 0.0
    for i in range(k):
        after += (at.s[i, 0] + length * step.s[i, 0]) * (at.y[i, 0] + length * step.y[i, 0]) / k
    centre = mean * (after / mean) ** 3
    for i in range(k):
        work.shift[i, 0] += (step.s[i, 0] * step.y[i, 0] - centre) / at.s[i, 0]


@inner
def _longest(at: Point, step: Point) -> float:
    """Return how many times the step may be taken before a slack or a multiplier is zero."""
    fastest = 1e-30
    for i in range(at.s.shape[0]):
        if -step.s[i, 0] > fastest * at.s[i, 0]:
            fastest = -step.s[i, 0] / at.s[i, 0]
        if -step.y[i, 0] > fastest * at.y[i, 0]:
            fastest = -step.y[i, 0] / at.y[i, 0]
    return 1.0 / fastest


@inner
def _advance(at: Point, step: Point, length: float) -> None:
    for i in range(at.u.shape[0]):
        at.u[i, 0] += length * step.u[i, 0]
    for i in range(at.s.shape[0]):
        at.s[i, 0] += length * step.s[i, 0]
        at.y[i, 0] += length * step.y[i, 0]
