"""One home's problem stated in cvxpy: readable, checkable, and the oracle of the fast solver."""

import warnings

import cvxpy as cp
import numpy as np

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Home, Schedule

CLARABEL_TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
"""Clarabel's own 1e-8 is too coarse to judge a solver that must agree to 1e-6."""


class StatedHome:
    """The problem EMP_i of paper 000, with the trade x[t] as a variable (T,), kWh per slot, positive buys.

        minimise    F = sum pi_E[t] g[t] + pi_D m - pi_FIT sum f[t] + cost of the devices
        subject to  g[t] + x[t] = net demand of the devices      eqs (8), (10)
                    0 <= g[t] <= m h,  m <= P_G                  eqs (2), (3): m is the peak in kW
                    |x[t]| <= trade limit, and the devices' own constraints, eqs (1), (4)-(6)

    Must-run load and HVAC are demand, renewables used are supply; feed-in f never passes through the balance.
    Repairs: eq (8) counts P_IL among the variables, it is data; without the trade limit |x| is unbounded.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        setting, tariff = home.setting, home.tariff
        parts = {device.name: device.state(setting) for device in home.devices}
        nothing = cp.Constant(np.zeros(setting.slots))
        exports = (part.fed_in_kwh for part in parts.values() if part.fed_in_kwh is not None)
        self.trade_kwh = cp.Variable(setting.slots, name="trade_kwh")
        self.grid_kwh = cp.Variable(setting.slots, name="grid_kwh")
        self.fed_in_kwh = sum(exports, start=nothing)
        self.device_cost = sum((part.cost for part in parts.values()), start=cp.Constant(0.0))
        self.device_series = {name: part.series for name, part in parts.items()}
        peak_kw = cp.Variable(name="peak_kw")
        self.cost = (
            tariff.energy_prices(setting.slots) @ self.grid_kwh
            + tariff.peak_price_per_kw * peak_kw
            - tariff.feed_in_income_per_kwh * cp.sum(self.fed_in_kwh)
            + self.device_cost
        )
        self.own_constraints: list[cp.Constraint] = [
            self.grid_kwh + self.trade_kwh
            == sum((part.net_demand_kwh for part in parts.values()), start=nothing),
            self.grid_kwh >= 0,
            self.grid_kwh <= peak_kw * setting.slot_h,
            peak_kw <= tariff.grid_limit_kw,
            *(constraint for part in parts.values() for constraint in part.constraints),
        ]
        limit_kwh = home.trade_limit_kwh
        self.constraints = [*self.own_constraints, self.trade_kwh <= limit_kwh, self.trade_kwh >= -limit_kwh]

    def problem(self) -> cp.Problem:
        """Return the home's problem with the trade free and unpriced."""
        return cp.Problem(cp.Minimize(self.cost), self.constraints)

    def fixed_problem(self, trade_kwh: FloatArray) -> cp.Problem:
        """Return the problem with the trade agreed: zero trade gives the stand-alone cost of paper 000.

        The trade limit does not bind here: whoever agreed to the trade has applied it, and a repair may have
        moved the trade by a little.
        """
        return cp.Problem(cp.Minimize(self.cost), [*self.own_constraints, self.trade_kwh == trade_kwh])

    def exchange_problem(self, rho: float) -> tuple[cp.Problem, cp.Parameter]:
        """Return min F(x) + (rho/2) ||x||^2 - q.x and its one changing parameter q (T,).

        With q = rho * anchor - price this is argmin F(x) + price.x + (rho/2) ||x - anchor||^2. The square is
        multiplied out because rho and anchor as two parameters of one product would not be DPP.
        """
        q = cp.Parameter(self.home.slots, name="q")
        trading = rho / 2 * cp.sum_squares(self.trade_kwh) - q @ self.trade_kwh
        return cp.Problem(cp.Minimize(self.cost + trading), self.constraints), q

    def pairwise_problem(self, partners: int, rho: float) -> tuple[cp.Problem, cp.Parameter, cp.Variable]:
        """Return LLP1 of paper 000 with its parameter q (partners, T) and its variable p (partners, T).

        min F(sum_j p_j) + sum_j [(rho/2) ||p_j||^2 - q_j.p_j] with q_j = rho p_hat_j + lambda_j - pi.
        """
        q = cp.Parameter((partners, self.home.slots), name="q")
        pair_kwh = cp.Variable((partners, self.home.slots), name="pair_kwh")
        trading = rho / 2 * cp.sum_squares(pair_kwh) - cp.sum(cp.multiply(q, pair_kwh))
        clearing = self.trade_kwh == cp.sum(pair_kwh, axis=0)
        return cp.Problem(cp.Minimize(self.cost + trading), [*self.constraints, clearing]), q, pair_kwh

    def schedule(self) -> Schedule:
        """Return the plan that the variables hold after a solve."""
        tariff, grid_kwh = self.home.tariff, value(self.grid_kwh)
        peak_kw = max(0.0, float(grid_kwh.max())) / self.home.setting.slot_h
        energy_cost = float(tariff.energy_prices(self.home.slots) @ grid_kwh)
        peak_cost = tariff.peak_price_per_kw * peak_kw
        feed_in_income = tariff.feed_in_income_per_kwh * float(value(self.fed_in_kwh).sum())
        device_cost = float(value(self.device_cost))
        return Schedule(
            home_id=self.home.home_id,
            trade_kwh=value(self.trade_kwh),
            grid_kwh=grid_kwh,
            fed_in_kwh=value(self.fed_in_kwh),
            peak_kw=peak_kw,
            cost=energy_cost + peak_cost - feed_in_income + device_cost,
            energy_cost=energy_cost,
            peak_cost=peak_cost,
            feed_in_income=feed_in_income,
            device_cost=device_cost,
            devices={
                name: {label: value(entry) for label, entry in series.items()}
                for name, series in self.device_series.items()
            },
        )


def value(expression: cp.Expression) -> FloatArray:
    """Return the number or numbers that a solved expression stands for."""
    return np.array(expression.value, dtype=np.float64)


def solve_with_clarabel(problem: cp.Problem, *, subject: str) -> float:
    """Solve tightly and return the optimum; raise `SolveFailed` unless Clarabel proves it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "may be inaccurate": told by the status below
            problem.solve(solver=cp.CLARABEL, **CLARABEL_TIGHT)
    except cp.SolverError as failure:
        raise SolveFailed(engine="clarabel", status=str(failure), subject=subject) from failure
    if problem.status != cp.OPTIMAL:
        raise SolveFailed(engine="clarabel", status=problem.status, subject=subject)
    return float(problem.value)
