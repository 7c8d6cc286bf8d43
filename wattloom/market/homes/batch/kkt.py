"""KKT systems of many homes of one structure: one pattern, one factor per home, many right-hand sides."""

from collections.abc import Callable, Sequence

import numpy as np

from wattloom.market.homes.batch import systems
from wattloom.market.homes.batch.lanes import from_lanes, lanes_for, over_groups, to_lanes
from wattloom.market.homes.batch.pattern import Structure, Values
from wattloom.market.homes.batch.standard import Standard
from wattloom.market.homes.checks import FloatArray

WORTH_THREADS = 100_000
"""How many numbers factors must have for threads to gain more than calling them takes."""


class KktBatch:
    """N homes of one structure, in the terms of `Standard`: n variables, p equalities, k inequalities.

    A vector of unknowns u is (N, m) with m = n + p: a row holds z, then lam. Not for use by several threads.

    Attributes
    ----------
    q : (N, m), c for variables and -b for equalities
    d : (N, k), the right-hand sides of the inequalities
    trade : (T,), which of the variables are the trade
    """

    def __init__(self, homes: Sequence[Standard]) -> None:
        if len({home.structure for home in homes}) != 1:
            raise ValueError("homes of one structure only: group them by `structure` first")
        self.homes = tuple(homes)
        self.n, self.p, self.k = homes[0].sizes
        self.q = np.array([np.r_[home.c, -home.b] for home in homes])
        self.d = np.array([home.d for home in homes])
        self.trade = homes[0].trade
        self._lanes = lanes_for(len(homes))
        self._structure = Structure.of(homes[0])
        rows = zip(*(self._structure.values(home) for home in homes), strict=True)
        self._values = Values(*(to_lanes(part, self._lanes) for part in rows))
        zeros = {"q": np.zeros_like(self._values.q), "d": np.zeros_like(self._values.d)}
        self._linear = self._values._replace(**zeros)
        self._groups = len(self._values.d)
        self._factors = np.zeros((self._groups, self._structure.size, len(self._lanes)))

    def gradient(self, u: FloatArray, y: FloatArray) -> FloatArray:
        """Return (P z + c + A'lam + C'y, A z - b), (N, m), for u (N, m) and y (N, k)."""
        return self._gradient(self._values, u, y)

    def multiply(self, u: FloatArray, y: FloatArray) -> FloatArray:
        """Return (P z + A'lam + C'y, A z), (N, m): what `gradient` adds for a step of u and y."""
        return self._gradient(self._linear, u, y)

    def room(self, u: FloatArray) -> FloatArray:
        """Return C z - d, (N, k), for u (N, m): nowhere positive for a feasible plan."""
        return self._room(self._values, u)

    def multiply_inequalities(self, u: FloatArray) -> FloatArray:
        """Return C z, (N, k), for u (N, m)."""
        return self._room(self._linear, u)

    def factor(self, weights: FloatArray, *, rho: float = 0.0, reg: float = 1e-12) -> None:
        """Factor K = [P + rho E E' + reg I + C'diag(w)C, A'; A, -reg I] for the weights w (N, k), >= 0."""
        diagonal = self._values.diagonal.copy()
        diagonal[:, self._structure.place[self.trade]] += rho
        values = self._values._replace(diagonal=diagonal)
        w = to_lanes(weights, self._lanes)
        self._over(systems.factors, self._factors, self._structure.pattern, values, w, reg, reg)

    def solve(self, rhs: FloatArray) -> FloatArray:
        """Return K^-1 rhs for rhs (N, m), or (N, m, r) for r right-hand sides, by the last factors."""
        sides = np.atleast_3d(rhs).swapaxes(1, 2)
        x = np.stack([self._placed(sides[:, side]) for side in range(sides.shape[1])], axis=1)
        self._over(systems.solves, x, self._factors, self._structure.pattern)
        answers = [self._unplaced(x[:, side]) for side in range(sides.shape[1])]
        return np.stack(answers, axis=2).reshape(rhs.shape)

    def sensitivity(self) -> FloatArray:
        """Return E'K^-1 E, (N, T, T), E the unit vectors of the trades: how trades answer to lower prices."""
        slots, width = self.trade.size, len(self._lanes)
        out = np.empty((self._groups, slots, slots, width))
        work = np.empty((self._groups, self.n + self.p, width))
        places = self._structure.place[self.trade].astype(np.uint32)
        self._over(systems.sensitivities, out, work, self._factors, self._structure.pattern, places)
        by_home = out.transpose(0, 3, 1, 2).reshape(-1, slots, slots)
        return by_home[: len(self.homes)]

    def _gradient(self, values: Values, u: FloatArray, y: FloatArray) -> FloatArray:
        out = np.empty_like(values.q)
        placed, multipliers = self._placed(u), to_lanes(y, self._lanes)
        self._over(systems.gradients, out, self._structure.pattern, values, placed, multipliers)
        return self._unplaced(out)

    def _room(self, values: Values, u: FloatArray) -> FloatArray:
        out = np.empty_like(values.d)
        self._over(systems.rooms, out, self._structure.pattern, values, self._placed(u))
        return from_lanes(out, len(self.homes))

    def _over(self, work: Callable[..., None], *arguments: object) -> None:
        if self._factors.size < WORTH_THREADS:
            work(0, self._groups, *arguments, self._lanes)
        else:
            over_groups(work, self._groups, *arguments, self._lanes)

    def _placed(self, u: FloatArray) -> FloatArray:
        placed = np.empty_like(u)
        placed[:, self._structure.place] = u
        return to_lanes(placed, self._lanes)

    def _unplaced(self, placed: FloatArray) -> FloatArray:
        return np.ascontiguousarray(from_lanes(placed, len(self.homes))[:, self._structure.place])
