"""Many homes answering at once, with every other solver behind the fast one."""

from collections.abc import Sequence

import numpy as np

from wattloom.market.homes.batch.exchange import ExchangeBatch
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.solver import HomeSolver


class Batch:
    """N homes of T slots each, of any devices, in the order given. Not for use by several threads."""

    def __init__(self, solvers: Sequence[HomeSolver]) -> None:
        self._solvers = tuple(solvers)
        self._batch = ExchangeBatch([solver.standard for solver in solvers], warm=True)

    def solve_exchange(self, prices_per_kwh: FloatArray, anchors_kwh: FloatArray, rho: float) -> FloatArray:
        """Return each home's argmin F(x) + price.x + (rho/2) ||x - anchor||^2, (N, T), kWh per slot.

        Parameters
        ----------
        prices_per_kwh : (T,), or (N, T) for each home its own; $/kWh
        anchors_kwh : (N, T)
        rho : $/kWh^2, above 0

        Raises
        ------
        SolveFailed : no solver proved a home's optimum; names the home and, without any plan, the reason
        """
        trades, proven = self._batch.solve(prices_per_kwh, anchors_kwh, rho)
        own_prices = np.broadcast_to(prices_per_kwh, anchors_kwh.shape)
        for i in np.flatnonzero(~proven):
            trades[i] = self._solvers[i].solve_exchange_otherwise(own_prices[i], anchors_kwh[i], rho)
        return trades

    def sensitivity(self) -> FloatArray:
        """Return -dx/dprice of the last answers, (N, T, T); see `ExchangeBatch.sensitivity`."""
        return self._batch.sensitivity()
