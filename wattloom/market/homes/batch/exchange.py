"""Exchange problems of homes of any structures: matrices stay, only prices and anchors change."""

from collections import defaultdict
from collections.abc import Sequence
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from wattloom.market.homes.batch.compiled import ALONE
from wattloom.market.homes.batch.elimination import IntArray
from wattloom.market.homes.batch.interior import Point
from wattloom.market.homes.batch.lanes import over_groups, to_lanes
from wattloom.market.homes.batch.optimise import Optima, optimise
from wattloom.market.homes.batch.pattern import Structure, Values
from wattloom.market.homes.batch.standard import Standard
from wattloom.market.homes.batch.systems import sensitivities
from wattloom.market.homes.checks import FloatArray

WORTH_THREADS = 10_000
"""Below so many unknowns in all, handing work to a thread costs about as much as doing it."""

BoolArray = npt.NDArray[np.bool_]

_structures: WeakValueDictionary[bytes, Structure] = WeakValueDictionary()
"""The structures in use: homes of one structure share it while any of them lives."""


class ExchangeBatch:
    """Answers of N homes with T slots to prices and anchors.

    Homes of one structure share its pattern; every home has its own memory, so homes go on all cores. A solve
    begins at the last one's optimum when `warm`, which is much quicker while an iteration settles, and moves
    answers by about 1e-10 kWh; else it has the same bits whatever was solved before. Not for use by several
    threads.
    """

    def __init__(self, homes: Sequence[Standard], *, warm: bool) -> None:
        by_structure: defaultdict[bytes, list[int]] = defaultdict(list)
        for at, home in enumerate(homes):
            by_structure[home.structure].append(at)
        self._warm = warm
        self._parts = [(np.array(at), _Part([homes[i] for i in at])) for at in by_structure.values()]
        self._starts = np.cumsum([0, *(len(at) for at, _ in self._parts)]).tolist()
        self._shape = (len(homes), homes[0].trade.size)
        self._unknowns = sum(len(at) * part.unknowns for at, part in self._parts)

    def solve(
        self, prices_per_kwh: FloatArray, anchors_kwh: FloatArray, rho: float
    ) -> tuple[FloatArray, BoolArray]:
        """Return each home's argmin F(x) + price.x + (rho/2) ||x - anchor||^2, (N, T), and which are proven.

        Parameters
        ----------
        prices_per_kwh : (T,) or (N, T), $/kWh
        anchors_kwh : (N, T)
        rho : $/kWh^2, above 0
        """
        trades, proven = np.empty(self._shape), np.empty(self._shape[0], dtype=bool)
        linear = prices_per_kwh - rho * anchors_kwh
        for at, part in self._parts:
            part.ask(linear[at], rho, warm=self._warm)
        if self._unknowns < WORTH_THREADS:
            self._optimise(0, self._shape[0])
        else:
            over_groups(self._optimise, self._shape[0])
        for at, part in self._parts:
            trades[at], proven[at] = part.answer()
        return trades, proven

    def sensitivity(self) -> FloatArray:
        """Return how trades of the last answers yield, -dx/dprice, (N, T, T); symmetric.

        Answers are piecewise linear; this is the piece on which the inequalities that bind go on to do so.
        """
        slots = self._shape[1]
        found = np.empty((self._shape[0], slots, slots))
        for at, part in self._parts:
            found[at] = part.sensitivity()
        return found

    def _optimise(self, first: int, last: int) -> None:
        """Solve for homes first..last, counted part by part."""
        for start, (at, part) in zip(self._starts, self._parts, strict=False):
            low, high = max(first - start, 0), min(last - start, len(at))
            if low < high:
                part.optimise(low, high)


class _Part:
    """Homes of one structure."""

    def __init__(self, homes: Sequence[Standard]) -> None:
        self._structure = _structure_of(homes[0])
        columns = zip(*(self._structure.values(home) for home in homes), strict=True)
        self._values = Values(*(to_lanes(column, ALONE) for column in columns))
        self._places: IntArray = self._structure.place[homes[0].trade]
        self._free = np.array([home.free[home.trade] for home in homes])
        self._fixed = np.array([home.fixed[home.trade] for home in homes])
        self._unpriced = self._values.q[:, self._places, 0].copy()
        self._unweighted = self._values.diagonal[:, self._places, 0].copy()
        self._rho = np.nan
        self._optima = self._nothing_known()
        self.optimise(0, 0)  # compiled before it is waited for

    @property
    def unknowns(self) -> int:
        """How many unknowns one home has."""
        return self._structure.place.size

    def ask(self, linear: FloatArray, rho: float, *, warm: bool) -> None:
        """Put the linear terms (N, T) and rho into the problems."""
        if rho != self._rho:
            self._values.diagonal[:, self._places, 0] = self._unweighted + rho * self._free
            self._optima.factored[:] = self._optima.begun[:] = False
            self._rho = rho
        self._values.q[:, self._places, 0] = self._unpriced + linear * self._free
        self._optima.proven[:] &= warm

    def optimise(self, first: int, last: int) -> None:
        """Solve the problems of homes first..last."""
        optimise(first, last, self._structure.pattern, self._values, self._optima)

    def answer(self) -> tuple[FloatArray, BoolArray]:
        """Return the trades (N, T), and which of them are proven."""
        return self._optima.u[:, self._places, 0] + self._fixed, self._optima.proven

    def sensitivity(self) -> FloatArray:
        """Return how the last answers yield to prices, (N, T, T)."""
        homes, slots = self._free.shape
        out, work = np.empty((homes, slots, slots, 1)), np.empty_like(self._values.q)
        places = self._places.astype(np.uint32)
        over_groups(
            sensitivities, homes, out, work, self._optima.factors, self._structure.pattern, places, ALONE
        )
        return np.asarray(out[..., 0] * self._free[:, :, None] * self._free[:, None, :])

    def _nothing_known(self) -> Optima:
        (homes, k, _), m = self._values.d.shape, self._values.q.shape[1]
        rows = (m, k, k, self._structure.size, m, k, k)
        u, y, binding, factors, *halfway = (np.zeros((homes, count, 1)) for count in rows)
        proven, factored, begun = np.zeros((3, homes), dtype=bool)
        unpriced = self._values.q.copy()
        return Optima(u, y, binding, factors, proven, factored, unpriced, Point(*halfway), begun)


def _structure_of(home: Standard) -> Structure:
    key = home.structure
    structure = _structures.get(key)
    if structure is None:
        structure = _structures[key] = Structure.of(home)
    return structure
