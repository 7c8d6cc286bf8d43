"""The exact end of a solve: guess which inequalities bind, solve the equations they make, mend the guess.

With the binding rows a as equations, the optimum solves P z + c + A'lam + C_a'y_a = 0, A z = b, C_a z = d_a.
That system is often singular: a home may have several best plans, and binding rows may depend on each other.
So each pass solves it with proximal terms around the last pass, rho ||dz||^2 / 2 and ||dy||^2 / (2 w), which
vanish as the passes converge. A guess is mended as a semismooth Newton method does: rows with a negative
multiplier are let go, rows that are violated are taken in. It is accepted only when the conditions of
optimality hold for the home's own problem, without proximal terms: so an answer is proven, wherever the guess
came from. One home at a time: arrays are (rows, 1).

Source: Hintermueller, Ito, Kunisch: The primal-dual active set strategy as a semismooth Newton method, SIAM
J. Optim. 13, 2002; Rockafellar: Augmented Lagrangians and applications of the proximal point algorithm in
convex programming, Math. Oper. Res. 1, 1976.
"""

from wattloom.market.homes.batch.compiled import ALONE, inner
from wattloom.market.homes.batch.interior import Work
from wattloom.market.homes.batch.linear import factor, gradient, room, solve
from wattloom.market.homes.batch.pattern import Pattern, Values
from wattloom.market.homes.checks import FloatArray

RHO, BINDING = 1e-6, 1e5
"""The proximal terms: rho, and w of a binding row. Weaker ones take fewer passes, until rounding shows."""

GUESSES, PASSES = 8, 8
EXACT = 1e-13
"""By how much conditions may be missed, relative to the largest number in q and d, or to one."""


@inner
def finish(
    pattern: Pattern,
    values: Values,
    u: FloatArray,
    y: FloatArray,
    binding: FloatArray,
    work: Work,
    ready: bool,
) -> bool:
    """Move u (m, 1) and y (k, 1) to the optimum from a guess of `binding` rows (k, 1), one or zero each.

    Tell whether the optimum is proven; if not, all three are worthless. `ready`: `work` already holds the
    factors for this guess.
    """
    allowed = EXACT * max(1.0, _largest(values.q), _largest(values.d))
    for guess in range(GUESSES):
        for i in range(y.shape[0]):
            y[i, 0] *= binding[i, 0]
            work.w[i, 0] = BINDING * binding[i, 0]
        if guess > 0 or not ready:
            factor(work.factors, pattern, values, work.w, RHO, 1.0 / BINDING, ALONE)
        solved = False
        for _ in range(PASSES):
            solved = _missed(pattern, values, u, y, work) <= allowed
            if solved:
                break
            _step(pattern, values, u, y, work)
        if _mend(y, binding, work, allowed) == 0 and solved:
            return True
    return False


@inner
def _largest(numbers: FloatArray) -> float:
    largest = 0.0
    for i in range(numbers.shape[0]):
        largest = max(largest, abs(numbers[i, 0]))
    return largest


@inner
def _missed(pattern: Pattern, values: Values, u: FloatArray, y: FloatArray, work: Work) -> float:
    """Write the residuals into `work`; return the largest of the equations."""
    gradient(work.r, pattern, values, u, y, ALONE)
    room(work.rc, pattern, values, u, ALONE)
    largest = 0.0
    for i in range(u.shape[0]):
        largest = max(largest, abs(work.r[i, 0]))
    for i in range(y.shape[0]):
        if work.w[i, 0] > 0.0:
            largest = max(largest, abs(work.rc[i, 0]))
    return largest


@inner
def _step(pattern: Pattern, values: Values, u: FloatArray, y: FloatArray, work: Work) -> None:
    """Solve the equations once, around u and y."""
    step = work.step.u
    for i in range(u.shape[0]):
        step[i, 0] = -work.r[i, 0]
    for i in range(y.shape[0]):
        if work.w[i, 0] > 0.0:
            for entry in range(pattern.C_start[i], pattern.C_start[i + 1]):
                step[pattern.C_column[entry], 0] -= values.C[entry, 0] * work.w[i, 0] * work.rc[i, 0]
    solve(step, work.factors, pattern, ALONE)
    for i in range(u.shape[0]):
        u[i, 0] += step[i, 0]
    for i in range(y.shape[0]):
        if work.w[i, 0] > 0.0:
            over = work.rc[i, 0]
            for entry in range(pattern.C_start[i], pattern.C_start[i + 1]):
                over += values.C[entry, 0] * step[pattern.C_column[entry], 0]
            y[i, 0] += work.w[i, 0] * over


@inner
def _mend(y: FloatArray, binding: FloatArray, work: Work, allowed: float) -> int:
    """Let rows go or take them in; return how many."""
    mended = 0
    for i in range(y.shape[0]):
        if binding[i, 0] > 0.0 and y[i, 0] < -allowed:
            binding[i, 0] = 0.0
            mended += 1
        elif binding[i, 0] == 0.0 and work.rc[i, 0] > allowed:
            binding[i, 0] = 1.0
            mended += 1
    return mended
