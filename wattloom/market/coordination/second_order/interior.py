"""The homes' side of the interior-point method: where N homes of one structure stand, and their Newton steps.

    minimise z'Pz / 2 + q.z + price.x   subject to   A z = b,   C z + s = d,   s >= 0

with multipliers lam of the equalities and y >= 0 of the inequalities; the trades x are among the variables z.
A Newton step towards s y = target solves K [dz; dlam] = r with K = [P + rho on x + C'WC, A'; A, 0] and
W = diag(y / s). Source: Nocedal and Wright: Numerical Optimization, 2006, chapters 14 and 16.6. rho, and the
small terms that keep K factorable, are proximal: they hold a step back and leave the optimum where it is.
"""

from dataclasses import dataclass

import numpy as np

from wattloom.market.coordination.second_order.messages import BoolArray
from wattloom.market.homes.batch.kkt import KktBatch
from wattloom.market.homes.checks import FloatArray

LEAST_REGULARISATION, MOST_REGULARISATION = 1e-8, 1e-6
"""What is added to the diagonal of K: a hundredth of the barrier, within these. With 1e-11 in place of 1e-8 a
home in one of 60 communities could not solve its own problem to better than 1e-8."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A Newton step of N homes: u (N, m) of variables and equality multipliers, s and y (N, k)."""

    u: FloatArray
    s: FloatArray
    y: FloatArray


class InteriorPoint:
    """Where N homes of one structure stand: u = (z, lam), (N, m), s and y, (N, k), both above zero.

    `linearise` takes residuals and factors; what needs them says so. They stay with the homes' `KktBatch`.
    """

    def __init__(self, kkt: KktBatch) -> None:
        self._kkt = kkt
        self.u = np.zeros_like(kkt.q)
        self.s = np.ones_like(kkt.d)
        self.y = np.ones_like(kkt.d)
        self._gradient, self._room, self._weights = self.u, self.s, self.y
        self._free = np.array([home.free[kkt.trade] for home in kkt.homes], dtype=np.float64)
        self._fixed_kwh = np.array([home.fixed[kkt.trade] for home in kkt.homes])

    @property
    def trade_kwh(self) -> FloatArray:
        """The trades of the homes, (N, T)."""
        return np.asarray(self.u[:, self._kkt.trade] + self._fixed_kwh)

    @property
    def complementarity(self) -> FloatArray:
        """s.y of each home, (N,), $: what is left of its duality gap."""
        return np.asarray((self.s * self.y).sum(axis=1))

    @property
    def inequalities(self) -> int:
        """k, of each home."""
        return self._kkt.k

    def begin(self, barrier: float, chosen: BoolArray | None = None) -> None:
        """Put the chosen homes, or all, at zero, with room where there is none, and s y = barrier."""
        s = np.maximum(-self._kkt.room(np.zeros_like(self.u)), 1.0)
        rows = slice(None) if chosen is None else chosen
        self.u[rows], self.s[rows], self.y[rows] = 0.0, s[rows], barrier / s[rows]

    def linearise(self, price: FloatArray, *, anchor: FloatArray, rho: float) -> None:
        """Take residuals and factors here, at prices (T,), with rho/2 ||x - anchor||^2, anchor (N, T)."""
        kkt = self._kkt
        self._gradient = kkt.gradient(self.u, self.y)
        self._gradient[:, kkt.trade] += self._free * (price + rho * (self.trade_kwh - anchor))
        self._room = kkt.room(self.u) + self.s
        self._weights = self.y / self.s
        barrier = float(self.complementarity.max()) / kkt.k
        regularisation = min(MOST_REGULARISATION, max(1e-2 * barrier, LEAST_REGULARISATION))
        kkt.factor(self._weights, rho=rho, reg=regularisation)

    def residual(self) -> FloatArray:
        """Return the largest residual of each home's optimality conditions, complementarity apart, (N,)."""
        return np.asarray(np.maximum(np.abs(self._gradient).max(axis=1), np.abs(self._room).max(axis=1)))

    def sensitivity(self) -> FloatArray:
        """Return -dx/dprice of a Newton step, (N, T, T)."""
        return np.asarray(self._kkt.sensitivity() * self._free[:, :, None] * self._free[:, None, :])

    def step(
        self, change: FloatArray | float, target: FloatArray | float, correction: FloatArray | float = 0.0
    ) -> Step:
        """Return the step to s y = target - correction, (N, 1) and (N, k), as prices change by (T,)."""
        push = (target - correction) / self.s - self.y
        rhs = -self._gradient - self._pushed(push + self._weights * self._room)
        rhs[:, self._kkt.trade] -= self._free * change
        u = self._kkt.solve(rhs)
        s = -self._room - self._kkt.multiply_inequalities(u)
        return Step(u=u, s=s, y=push - self._weights * s)

    def trades(self, step: Step) -> FloatArray:
        """Return a step's trades, (N, T)."""
        return np.asarray(step.u[:, self._kkt.trade])

    def centring(self) -> FloatArray:
        """Return how a step's trades grow with its target, (N, T)."""
        return np.asarray(self._kkt.solve(-self._pushed(1.0 / self.s))[:, self._kkt.trade])

    def reach(self, step: Step) -> FloatArray:
        """Return how many such steps take each home to where some s or y is zero, (N, 1)."""
        shrink = np.maximum((-step.s / self.s).max(axis=1), (-step.y / self.y).max(axis=1))
        return np.asarray(1.0 / np.maximum(shrink, 1e-9))[:, None]

    def move(self, step: Step, length: FloatArray) -> None:
        """Take the step as far as `length`, (N, 1)."""
        self.u = self.u + length * step.u
        self.s = self.s + length * step.s
        self.y = self.y + length * step.y

    def _pushed(self, v: FloatArray) -> FloatArray:
        """Return C'v, (N, m), for v (N, k)."""
        return self._kkt.multiply(np.zeros_like(self.u), v)
