"""What homes do alone, between two messages: find their place on the central path, and correct a step."""

import numpy as np

from wattloom.market.coordination.second_order.interior import InteriorPoint, Step
from wattloom.market.coordination.second_order.messages import BoolArray
from wattloom.market.homes.checks import FloatArray

MOST_CENTRING = 80
"""Newton steps that a home takes at most."""
CENTRED, FEASIBLE = 0.5, 1e-8
"""How far each s y of a centred home may be from the barrier, relative to it, and its residuals from zero."""
HELPFUL = 0.95
"""The least share of a step's length that its correction must leave."""


def centre(point: InteriorPoint, price: FloatArray, barrier: float, rho: float) -> None:
    """Move homes to their optimum for the barrier at prices (T,); a home that gets nowhere begins afresh."""
    point.begin(barrier)
    for _ in range(MOST_CENTRING):
        point.linearise(price, anchor=point.trade_kwh, rho=rho)
        off = ~_centred(point, barrier)
        if not off.any():
            return
        step = point.step(0.0, barrier)
        point.move(step, np.where(off[:, None], np.minimum(1.0, 0.9 * point.reach(step)), 0.0))
    point.begin(barrier, off)


def corrected(point: InteriorPoint, change: FloatArray, target: float) -> Step:
    """Return homes' steps to a barrier as prices change by (T,), corrected for terms of second order.

    The products ds dy that Newton's method neglects are those of the step itself, by the square of how much
    of it a home can go. A home that would come less far with this correction does without it.
    """
    plain = point.step(change, target)
    length = np.minimum(1.0, point.reach(plain))
    better = point.step(change, target, length**2 * plain.s * plain.y)
    helps = np.minimum(1.0, point.reach(better)) >= HELPFUL * length
    return Step(
        u=np.where(helps, better.u, plain.u),
        s=np.where(helps, better.s, plain.s),
        y=np.where(helps, better.y, plain.y),
    )


def _centred(point: InteriorPoint, barrier: float) -> BoolArray:
    near = (np.abs(point.s * point.y / barrier - 1.0) < CENTRED).all(axis=1)
    return np.asarray(near & (point.residual() < FEASIBLE))
