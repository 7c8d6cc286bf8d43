"""The central optimum without cvxpy in the way: the homes' own matrices side by side, solved by Clarabel.

`solve_central` states the community and is the oracle; for hundreds of homes most of its time is cvxpy's.
Coordination is timed against the solver alone: both begin with the homes' matrices ready.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import clarabel
import numpy as np
import scipy.sparse as sp

from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Home
from wattloom.market.homes.program import QuadraticProgram, extract
from wattloom.market.homes.stated import CLARABEL_TIGHT, StatedHome


@dataclass(frozen=True, slots=True)
class Timed:
    """The community's least cost, $, and the seconds that Clarabel took to set up and solve."""

    cost: float
    seconds: float


class CentralProgram:
    """minimise everybody's cost within everybody's constraints, and trades of every slot that sum to zero.

    Its variables are those of the homes' programmes, one home after the other; clearing is T rows.
    """

    def __init__(self, homes: Sequence[Home]) -> None:
        stated = [StatedHome(home) for home in homes]
        programs = [extract(each) for each in stated]
        trades = [p.columns[s.trade_kwh.id] for p, s in zip(programs, stated, strict=True)]
        self._quadratic = sp.triu(sp.block_diag([p.P for p in programs]), format="csc")
        self._linear = np.concatenate([p.c for p in programs])
        lower, upper = (np.concatenate([getattr(p, side) for p in programs]) for side in ("lower", "upper"))
        unit = sp.identity(self._linear.size, format="csr")
        below, above = np.isfinite(lower), np.isfinite(upper)
        clearing = sp.hstack([_selection(p, trade) for p, trade in zip(programs, trades, strict=True)])
        equal = sp.vstack([sp.block_diag([p.A for p in programs]), clearing])
        at_most = sp.vstack([sp.block_diag([p.G for p in programs]), unit[above], -unit[below]])
        self._rows = sp.vstack([equal, at_most], format="csc")
        self._right = np.concatenate(
            [
                *(p.b for p in programs),
                np.zeros(homes[0].slots),
                *(p.h for p in programs),
                upper[above],
                -lower[below],
            ]
        )
        self._cones = [clarabel.ZeroConeT(equal.shape[0]), clarabel.NonnegativeConeT(at_most.shape[0])]

    def solve(self) -> Timed:
        """Return the optimum; raise `SolveFailed` unless Clarabel proves it."""
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        for name, tolerance in CLARABEL_TIGHT.items():
            setattr(settings, name, tolerance)
        started = time.perf_counter()
        problem = (self._quadratic, self._linear, self._rows, self._right, self._cones)
        found = clarabel.DefaultSolver(*problem, settings).solve()
        seconds = time.perf_counter() - started
        if found.status != clarabel.SolverStatus.Solved:
            raise SolveFailed(engine="clarabel", status=str(found.status), subject="the whole community")
        return Timed(cost=found.obj_val, seconds=seconds)


def _selection(program: QuadraticProgram, trade: slice) -> sp.csr_matrix:
    """Return the rows (T, n) that pick the trade out of a home's variables."""
    columns = np.arange(trade.start, trade.stop)
    shape = (columns.size, program.c.size)
    return sp.csr_matrix((np.ones(columns.size), (np.arange(columns.size), columns)), shape=shape)
