"""The fast path: a home's matrices are extracted once, then only the linear term changes between solves."""

from functools import cached_property

import cvxpy as cp
import numpy as np
import piqp
import scipy.sparse as sp

from wattloom.market.homes.batch.exchange import ExchangeBatch
from wattloom.market.homes.batch.standard import standardise
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.diagnosis import solve_or_explain
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.homes.program import QuadraticProgram, extract, without
from wattloom.market.homes.stated import StatedHome, value

EPS = 1e-12
"""Residuals and gap that PIQP must reach. The trade is known to about the root of the gap: 1e-8 leaves errors
of 1e-3 kWh, and an outer ADMM then takes two to four times the iterations; 1e-12 leaves 1e-7 as quickly."""


class HomeSolver:
    """Solve one home's problem again and again.

    The problem is that of `StatedHome`, and the tests hold the two together. An exchange problem is solved by
    `batch`; where that proves no optimum by PIQP, and then by Clarabel, which also says why there is none.
    An answer has the same bits whatever was solved before. Not for use by several threads.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._stated = StatedHome(home)
        self._variables = self._stated.problem().variables()
        self.program = extract(self._stated)
        self.trade = self.program.columns[self._stated.trade_kwh.id]
        self.standard = standardise(self.program, self.trade)

    @cached_property
    def _batch(self) -> ExchangeBatch:
        return ExchangeBatch([self.standard], warm=False)

    @cached_property
    def _keeping(self) -> tuple[piqp.SparseSolver, sp.csc_matrix, sp.csc_matrix]:
        """The problem without the trade, and what a trade takes from b and from h: (p, T) and (k, T)."""
        solver = set_up_piqp(without(self.program, self.trade, np.zeros(self.home.slots)))
        return solver, self.program.A[:, self.trade], self.program.G[:, self.trade]

    def stand_alone(self) -> Schedule:
        """Return the plan without trade: its cost is C-bar of paper 000, what the home pays alone."""
        return self.solve_fixed(np.zeros(self.home.slots))

    def solve_exchange(self, price_per_kwh: FloatArray, anchor_kwh: FloatArray, rho: float) -> FloatArray:
        """Return argmin F(x) + price.x + (rho/2) ||x - anchor||^2, (T,), kWh per slot.

        Parameters
        ----------
        price_per_kwh : (T,), $/kWh that a bought kWh costs
        anchor_kwh : (T,), where the quadratic term holds the trade
        rho : $/kWh^2, above 0

        Raises
        ------
        SolveFailed : no solver proved optimality
        """
        trades, proven = self._batch.solve(price_per_kwh, anchor_kwh[None, :], rho)
        if proven[0]:
            return np.asarray(trades[0])
        return self.solve_exchange_otherwise(price_per_kwh, anchor_kwh, rho)

    def solve_exchange_otherwise(
        self, price_per_kwh: FloatArray, anchor_kwh: FloatArray, rho: float
    ) -> FloatArray:
        """Return or raise as `solve_exchange`, by PIQP or Clarabel.

        Source: Schwan, Jiang, Kuhn, Jones: PIQP, IEEE CDC 2023; Goulart and Chen: Clarabel, 2024.
        """
        weights, linear = np.zeros(self.program.c.size), np.zeros(self.program.c.size)
        weights[self.trade], linear[self.trade] = rho, price_per_kwh - rho * anchor_kwh
        solver = set_up_piqp(self.program, extra_weights=weights, extra_linear=linear)
        if solver.solve() == piqp.PIQP_SOLVED:
            return np.array(solver.result.x[self.trade])
        problem, q = self._stated.exchange_problem(rho)
        q.value = -linear[self.trade]
        self._ask_clarabel(problem)
        return value(self._stated.trade_kwh)

    def solve_pairwise(
        self, price_per_kwh: FloatArray, pair_hat_kwh: FloatArray, dual_per_kwh: FloatArray, rho: float
    ) -> FloatArray:
        """Return the pair trades p (N-1, T) of LLP1 in paper 000, at the cost of one exchange solve.

        min F(s) + pi.s + sum_j [(rho/2) ||p_hat_j - p_j||^2 - lambda_j.p_j]  with s = sum_j p_j.
        Given s the best p_j = w_j + (s - z)/n, where n = N-1, w_j = p_hat_j + lambda_j/rho, z = sum_j w_j:
        that leaves min F(s) + pi.s + rho/(2n) ||s - z||^2: an exchange problem anchored at z.

        Parameters
        ----------
        price_per_kwh : pi (T,), the trading price
        pair_hat_kwh, dual_per_kwh : p_hat and lambda (N-1, T), one row per partner
        rho : $/kWh^2, above 0, the penalty of one pair
        """
        wanted = pair_hat_kwh + dual_per_kwh / rho
        anchor, partners = wanted.sum(axis=0), len(wanted)
        net = self.solve_exchange(price_per_kwh, anchor, rho / partners)
        return np.asarray(wanted + (net - anchor) / partners)

    def solve_fixed(self, trade_kwh: FloatArray) -> Schedule:
        """Return the cheapest plan that keeps an agreed trade (T,).

        Raises
        ------
        SolveFailed : no plan keeps this trade, or no solver proved optimality
        """
        solver, equal, at_most = self._keeping
        solver.update(b=self.program.b - equal @ trade_kwh, h_u=self.program.h - at_most @ trade_kwh)
        if solver.solve() == piqp.PIQP_SOLVED:
            self._hold(np.insert(solver.result.x, self.trade.start, trade_kwh))
        else:
            self._ask_clarabel(self._stated.fixed_problem(trade_kwh))
        return self._stated.schedule()

    def _ask_clarabel(self, problem: cp.Problem) -> None:
        """Let a second solver prove the optimum or say why there is none: PIQP does not see infeasibility."""
        solve_or_explain(problem, [self._stated], subject=f"home {self.home.home_id}")

    def _hold(self, solution: FloatArray) -> None:
        for variable in self._variables:
            variable.value = solution[self.program.columns[variable.id]].reshape(variable.shape)


def set_up_piqp(
    program: QuadraticProgram,
    *,
    extra_weights: FloatArray | float = 0.0,
    extra_linear: FloatArray | float = 0.0,
) -> piqp.SparseSolver:
    """Return PIQP holding the programme, with more on the diagonal of P and in c."""
    solver = piqp.SparseSolver()
    for name in ("eps_abs", "eps_rel", "eps_duality_gap_abs", "eps_duality_gap_rel"):
        setattr(solver.settings, name, EPS)
    n = program.c.size
    quadratic = sp.csc_matrix(program.P + sp.diags(np.broadcast_to(extra_weights, n)))
    linear = (quadratic, program.c + extra_linear, program.A, program.b, program.G)
    solver.setup(*linear, h_l=None, h_u=program.h, x_l=program.lower, x_u=program.upper)
    return solver
