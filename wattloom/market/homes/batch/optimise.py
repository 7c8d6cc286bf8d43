"""One home after the other to its optimum: from its last one where that helps, else from nowhere."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wattloom.market.homes.batch.active_set import finish
from wattloom.market.homes.batch.compiled import compiled, inner
from wattloom.market.homes.batch.interior import Point, Work, approach, new_point, new_work, start
from wattloom.market.homes.batch.pattern import Pattern, Values
from wattloom.market.homes.batch.systems import of_group
from wattloom.market.homes.checks import FloatArray

HALFWAY = 0.1
NEAR = (1e-6, 1e-8, 1e-10)
"""How near the interior point comes, as the mean of slack times multiplier: for the point that solves begin
at, and before each attempt to finish."""


class Optima(NamedTuple):
    """Where homes stand after their last solve, and where solves from nowhere begin.

    Attributes
    ----------
    u, y, binding : (N, rows, 1), the unknowns by place, the multipliers, and one for each row that binds
    factors : (N, size, 1), of the equations with the binding rows
    proven : (N,), whether u, y and binding are an optimum
    factored : (N,), whether `factors` still are those of `binding`
    unpriced : (N, m, 1), q without prices and anchors
    halfway : (N, rows, 1), a point on the way to the optimum for `unpriced`, whatever is asked
    begun : (N,), whether `halfway` is known
    """

    u: FloatArray
    y: FloatArray
    binding: FloatArray
    factors: FloatArray
    proven: npt.NDArray[np.bool_]
    factored: npt.NDArray[np.bool_]
    unpriced: FloatArray
    halfway: Point
    begun: npt.NDArray[np.bool_]


@compiled
def optimise(first: int, last: int, pattern: Pattern, values: Values, optima: Optima) -> None:
    """Bring homes first..last to their optima; `proven` tells which got there."""
    m, k = values.q.shape[1], values.d.shape[1]
    at, memory = new_point(m, k), new_work(pattern, m, k)
    for home in range(first, last):
        own = of_group(values, home)
        u, y, binding = optima.u[home], optima.y[home], optima.binding[home]
        work = Work(optima.factors[home], memory.r, memory.rc, memory.w, memory.shift, memory.step)
        done = optima.proven[home] and finish(pattern, own, u, y, binding, work, optima.factored[home])
        if not done and _halfway(pattern, own, optima, home, at, work):
            done = _onwards(pattern, own, u, y, binding, at, work)
        if not done:
            start(pattern, own, at, work)
            done = _onwards(pattern, own, u, y, binding, at, work)
        optima.proven[home] = optima.factored[home] = done


@inner
def _halfway(pattern: Pattern, values: Values, optima: Optima, home: int, at: Point, work: Work) -> bool:
    """Write the home's halfway point into `at`, found first if need be; tell whether there is one."""
    halfway = Point(optima.halfway.u[home], optima.halfway.s[home], optima.halfway.y[home])
    if not optima.begun[home]:
        unpriced = Values(
            values.diagonal, values.off, values.C, values.products, optima.unpriced[home], values.d
        )
        start(pattern, unpriced, halfway, work)
        optima.begun[home] = approach(pattern, unpriced, halfway, work, HALFWAY)
    for i in range(at.u.shape[0]):
        at.u[i, 0] = halfway.u[i, 0]
    for i in range(at.s.shape[0]):
        at.s[i, 0], at.y[i, 0] = halfway.s[i, 0], halfway.y[i, 0]
    return bool(optima.begun[home])


@inner
def _onwards(
    pattern: Pattern,
    values: Values,
    u: FloatArray,
    y: FloatArray,
    binding: FloatArray,
    at: Point,
    work: Work,
) -> bool:
    """Come near the optimum by the interior point, then finish; tell whether the optimum is proven."""
    for goal in NEAR:
        if not approach(pattern, values, at, work, goal):
            return False
        for i in range(u.shape[0]):
            u[i, 0] = at.u[i, 0]
        for i in range(y.shape[0]):
            y[i, 0] = at.y[i, 0]
            binding[i, 0] = 1.0 if at.s[i, 0] < at.y[i, 0] else 0.0
        if finish(pattern, values, u, y, binding, work, False):
            return True
    return False
