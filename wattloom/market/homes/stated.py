"""One home's problem stated in cvxpy: readable, checkable, and the oracle of the fast solver."""

import warnings

import cvxpy as cp
import numpy as np

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.devices.part import spread
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import DemandResponse, Home, Schedule

CLARABEL_TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
"""Clarabel's own 1e-8 is too coarse to judge a solver that must agree to 1e-6."""


class StatedHome:
    """The problem EMP_i of paper 000, with the trade x[t] as a variable (T,), kWh per slot, positive buys.

        minimise    F = sum pi_E[t] g[t] + pi_D (m - m0) - sum pi_FIT[t] f[t] - sum pi_DR[t] r[t]
                        + cost of the devices - income of the devices
        subject to  g[t] + x[t] = net demand of the devices      eqs (8), (10)
                    0 <= g[t] <= m h,  m0 <= m <= P_G            eqs (2), (3): m is the peak in kW
                    r[t] >= 0,  r[t] + g[t] <= B[t]              where demand response is paid for
                    |x[t]| <= trade limit, and the devices' own constraints

    Demand is positive, supply negative; feed-in f never passes through the balance. m0 is the peak so far.
    Repairs: eq (8) counts P_IL among the variables, it is data; without the trade limit |x| is unbounded.

    Attributes
    ----------
    cost : F; `constraints` are all of them, `own_constraints` all but the trade limit
    balance : g + x - net demand, (T,); `balanced` is the constraint that makes it zero
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        setting, tariff = home.setting, home.tariff
        nothing = cp.Constant(np.zeros(setting.slots))
        self.parts = {device.name: device.state(setting) for device in home.devices}
        parts = self.parts.values()
        exports = (part.fed_in_kwh for part in parts if part.fed_in_kwh is not None)
        self.trade_kwh = cp.Variable(setting.slots, name="trade_kwh")
        self.grid_kwh = cp.Variable(setting.slots, name="grid_kwh")
        self.fed_in_kwh = sum(exports, start=nothing)
        self.device_costs = sum((part.cost for part in parts), start=nothing)
        self.reduced_kwh, taking_part = _reduced(home.demand_response, self.grid_kwh)
        self.service_incomes = {
            name: part.income for name, part in self.parts.items() if part.income.variables()
        }
        if home.demand_response is not None:
            reward = cp.multiply(home.demand_response.reward_per_kwh, self.reduced_kwh)
            self.service_incomes["demand_response"] = reward
        peak_kw = cp.Variable(name="peak_kw")
        self.cost = (
            tariff.energy_prices(setting.slots) @ self.grid_kwh
            + tariff.peak_price_per_kw * (peak_kw - tariff.peak_so_far_kw)
            - tariff.feed_in_prices(setting.slots) @ self.fed_in_kwh
            + cp.sum(self.device_costs)
            - sum((cp.sum(income) for income in self.service_incomes.values()), start=cp.Constant(0.0))
        )
        self.balance = (
            self.grid_kwh + self.trade_kwh - sum((part.net_demand_kwh for part in parts), start=nothing)
        )
        limits: list[cp.Constraint] = [
            *taking_part,
            self.grid_kwh >= 0,
            self.grid_kwh <= peak_kw * setting.slot_h,
            peak_kw >= tariff.peak_so_far_kw,
            peak_kw <= tariff.grid_limit_kw,
            *(constraint for part in parts for constraint in part.constraints),
        ]
        limit_kwh = home.trade_limit_kwh
        self.balanced = self.balance == 0
        self.own_constraints: list[cp.Constraint] = [self.balanced, *limits]
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
        tariff, slots = self.home.tariff, self.home.slots
        grid_kwh, fed_in_kwh = value(self.grid_kwh), value(self.fed_in_kwh)
        device_costs = value(self.device_costs)
        peak_kw = max(0.0, float(grid_kwh.max())) / self.home.setting.slot_h
        peak_cost = tariff.peak_price_per_kw * max(0.0, peak_kw - tariff.peak_so_far_kw)
        energy_costs, incomes = (
            tariff.energy_prices(slots) * grid_kwh,
            tariff.feed_in_prices(slots) * fed_in_kwh,
        )
        service_incomes = {name: value(income) for name, income in self.service_incomes.items()}
        service_costs = -sum(service_incomes.values(), start=np.zeros(slots))
        slot_costs = energy_costs - incomes + device_costs + service_costs
        return Schedule(
            home_id=self.home.home_id,
            trade_kwh=value(self.trade_kwh),
            grid_kwh=grid_kwh,
            fed_in_kwh=fed_in_kwh,
            reduced_kwh=value(self.reduced_kwh),
            peak_kw=peak_kw,
            cost=float(slot_costs.sum()) + peak_cost,
            energy_cost=float(energy_costs.sum()),
            peak_cost=peak_cost,
            feed_in_income=float(incomes.sum()),
            device_cost=float(device_costs.sum()),
            service_income=-float(service_costs.sum()),
            slot_costs=slot_costs,
            service_incomes=service_incomes,
            net_demand_kwh={name: value(part.net_demand_kwh) for name, part in self.parts.items()},
            devices={
                name: {label: value(entry) for label, entry in part.series.items()}
                for name, part in self.parts.items()
            },
        )


def _reduced(
    response: DemandResponse | None, grid_kwh: cp.Variable
) -> tuple[cp.Expression, list[cp.Constraint]]:
    """Return what is drawn less than the baseline in an event's slots, (T,), and what bounds it."""
    if response is None or not response.event.size:
        return cp.Constant(np.zeros(grid_kwh.size)), []
    event = response.event
    reduced = cp.Variable(event.size, name="reduced_kwh")
    bounds = [reduced >= 0, reduced + grid_kwh[event] <= response.baseline_kwh[event]]
    return spread(reduced, event, grid_kwh.size), bounds


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
