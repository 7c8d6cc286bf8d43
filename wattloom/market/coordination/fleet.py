"""The homes of a community, answering a question put to all of them at once."""

from collections.abc import Sequence

from wattloom.market.homes.batch.together import Batch
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.homes.solver import HomeSolver


class Fleet:
    """One solver per home, N homes of T slots each."""

    def __init__(self, homes: Sequence[Home]) -> None:
        self.homes = tuple(homes)
        self._solvers = [HomeSolver(home) for home in homes]
        self._batch = Batch(self._solvers)

    @property
    def shape(self) -> tuple[int, int]:
        """Homes and slots, (N, T)."""
        return len(self.homes), self.homes[0].slots

    def solve_exchange(self, price_per_kwh: FloatArray, anchors_kwh: FloatArray, rho: float) -> FloatArray:
        """Return everybody's trade (N, T) at prices (T,) and anchors (N, T); see `HomeSolver`.

        Raises
        ------
        SolveFailed : some home has no feasible plan
        """
        return self._batch.solve_exchange(price_per_kwh, anchors_kwh, rho)

    def stand_alone(self) -> list[Schedule]:
        """Return everybody's plan without trade."""
        return [solver.stand_alone() for solver in self._solvers]

    def keep(self, trade_kwh: FloatArray) -> list[Schedule | None]:
        """Return everybody's cheapest plan that keeps its trade, (N, T); None for a home that cannot."""
        return [_kept(solver, trade) for solver, trade in zip(self._solvers, trade_kwh, strict=True)]


def _kept(solver: HomeSolver, trade_kwh: FloatArray) -> Schedule | None:
    try:
        return solver.solve_fixed(trade_kwh)
    except SolveFailed:
        return None
