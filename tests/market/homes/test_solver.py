import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.homes.samples import home, homes, hvac, numbers, prosumer, random_home, series
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.homes.stated import StatedHome, solve_with_clarabel

slow_but_few = settings(max_examples=20, deadline=None)
SLOTS = 12


@pytest.mark.parametrize("seed", range(12))
def test_the_exchange_trade_is_that_of_the_stated_problem(seed):
    any_home, random = random_home(seed), np.random.default_rng(seed)
    price, anchor, rho = random.uniform(0.0, 0.4, 24), random.normal(0.0, 1.0, 24), random.uniform(0.05, 1.0)
    oracle = StatedHome(any_home)
    problem, q = oracle.exchange_problem(rho)
    q.value = rho * anchor - price
    solve_with_clarabel(problem, subject="the oracle")
    assert HomeSolver(any_home).solve_exchange(price, anchor, rho) == pytest.approx(
        oracle.trade_kwh.value, abs=1e-6
    )


@slow_but_few
@given(
    any_home=homes(SLOTS),
    price=series(-0.1, 0.6, SLOTS),
    anchor=series(-3.0, 3.0, SLOTS),
    rho=numbers(0.05, 2.0),
)
def test_no_exchange_trade_is_better_than_the_one_found(any_home, price, anchor, rho):
    """At a price exactly on a kink of F a solver knows the trade to 1e-5 only, but its cost to 1e-8."""
    solver, oracle = HomeSolver(any_home), StatedHome(any_home)
    trade_kwh = solver.solve_exchange(price, anchor, rho)
    cost = (
        solver.solve_fixed(trade_kwh).cost + price @ trade_kwh + rho / 2 * np.sum((trade_kwh - anchor) ** 2)
    )
    problem, q = oracle.exchange_problem(rho)
    q.value = rho * anchor - price
    best = solve_with_clarabel(problem, subject="the oracle") + rho / 2 * anchor @ anchor
    assert cost == pytest.approx(best, abs=1e-7)
    assert trade_kwh == pytest.approx(oracle.trade_kwh.value, abs=2e-5)


@slow_but_few
@given(any_home=homes(SLOTS))
def test_the_stand_alone_cost_is_that_of_the_stated_problem(any_home):
    schedule = HomeSolver(any_home).stand_alone()
    cost = solve_with_clarabel(StatedHome(any_home).fixed_problem(np.zeros(SLOTS)), subject="the oracle")
    assert schedule.cost == pytest.approx(cost, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_pairwise_trades_are_those_of_the_papers_own_problem(seed):
    any_home, random = random_home(seed), np.random.default_rng(seed)
    pair_hat, dual, rho = random.normal(0.0, 0.5, (9, 24)), random.uniform(-0.2, 0.2, (9, 24)), 0.9
    price = random.uniform(0.0, 0.3, 24)
    literal, q, pairs = StatedHome(any_home).pairwise_problem(9, rho)
    q.value = rho * pair_hat + dual - price
    solve_with_clarabel(literal, subject="the oracle")
    assert HomeSolver(any_home).solve_pairwise(price, pair_hat, dual, rho) == pytest.approx(
        pairs.value, abs=1e-6
    )


@slow_but_few
@given(any_home=homes(SLOTS), rho=numbers(0.05, 5.0), partners=st.integers(1, 4), data=st.data())
def test_pairwise_trades_agree_for_any_home(any_home, rho, partners, data):
    price = data.draw(series(0.0, 0.4, SLOTS))
    pair_hat = np.array([data.draw(series(-1.0, 1.0, SLOTS)) for _ in range(partners)])
    dual = np.array([data.draw(series(-0.3, 0.3, SLOTS)) for _ in range(partners)])
    pair_kwh = HomeSolver(any_home).solve_pairwise(price, pair_hat, dual, rho)
    literal, q, pairs = StatedHome(any_home).pairwise_problem(partners, rho)
    q.value = rho * pair_hat + dual - price
    solve_with_clarabel(literal, subject="the oracle")
    assert pair_kwh == pytest.approx(pairs.value, abs=2e-5)


@slow_but_few
@given(any_home=homes(SLOTS))
def test_energy_balances_in_every_slot(any_home):
    schedule = HomeSolver(any_home).stand_alone()
    demand = sum(schedule.net_demand_kwh.values())
    assert schedule.grid_kwh + schedule.trade_kwh == pytest.approx(demand, abs=1e-8)
    assert schedule.grid_kwh.min() > -1e-8


@slow_but_few
@given(any_home=homes(SLOTS), data=st.data())
def test_trades_lie_no_further_apart_than_their_anchors(any_home, data):
    """The exchange solve is a proximal map, which never expands: what makes ADMM converge."""
    solver, price = HomeSolver(any_home), np.zeros(SLOTS)
    first, second = (data.draw(series(-4.0, 4.0, SLOTS)) for _ in range(2))
    apart = solver.solve_exchange(price, first, 0.3) - solver.solve_exchange(price, second, 0.3)
    assert np.linalg.norm(apart) <= np.linalg.norm(first - second) + 1e-6


@slow_but_few
@given(outdoor_c=series(-60.0, 60.0, SLOTS), power_kw=numbers(0.0, 1.0))
def test_comfort_is_never_the_reason_for_having_no_plan(outdoor_c, power_kw):
    HomeSolver(home(hvac(outdoor_c, power_kw=power_kw), slots=SLOTS)).stand_alone()


def test_a_dearer_price_buys_less():
    solver, anchor = HomeSolver(prosumer()), np.zeros(24)
    cheap, dear = (solver.solve_exchange(np.full(24, price), anchor, 0.1) for price in (0.1, 0.3))
    assert dear.sum() < cheap.sum() - 0.1


def test_a_new_rho_counts_from_the_next_solve_on():
    solver, price, anchor = HomeSolver(prosumer()), np.full(24, 0.15), np.ones(24)
    solver.solve_exchange(price, anchor, 0.1)
    changed = solver.solve_exchange(price, anchor, 10.0)
    assert changed == pytest.approx(HomeSolver(prosumer()).solve_exchange(price, anchor, 10.0), abs=1e-7)
    assert np.abs(changed - anchor).max() < 0.1


def test_trades_stay_within_the_limit():
    limited = home(MustRun(np.full(24, 1.0)), hvac(), trade_limit_kwh=0.25)
    trade_kwh = HomeSolver(limited).solve_exchange(np.full(24, -1.0), np.zeros(24), 0.01)
    assert trade_kwh == pytest.approx(np.full(24, 0.25), abs=1e-7)


def test_an_agreed_trade_is_kept_and_paid_for_by_the_plan():
    solver, trade_kwh = HomeSolver(prosumer()), np.linspace(-0.2, 0.3, 24)
    schedule = solver.solve_fixed(trade_kwh)
    assert schedule.trade_kwh == pytest.approx(trade_kwh, abs=0)
    cost = solve_with_clarabel(StatedHome(prosumer()).fixed_problem(trade_kwh), subject="the oracle")
    assert schedule.cost == pytest.approx(cost, rel=1e-6)


def test_the_parts_of_the_cost_add_up():
    schedule = HomeSolver(prosumer(sun_kw=6.0)).stand_alone()
    paid = schedule.energy_cost + schedule.peak_cost - schedule.feed_in_income + schedule.device_cost
    assert schedule.cost == pytest.approx(paid)
    assert schedule.slot_costs.sum() + schedule.peak_cost == pytest.approx(paid)
    assert schedule.feed_in_income == pytest.approx(0.08 * schedule.fed_in_kwh.sum())
    assert schedule.feed_in_income > 0
    assert schedule.peak_kw == schedule.grid_kwh.max()


def test_half_hours_state_the_peak_in_kilowatts():
    schedule = HomeSolver(home(MustRun(np.full(48, 0.6)), slots=48, slot_s=1800)).stand_alone()
    assert schedule.peak_kw == pytest.approx(1.2)
    assert schedule.cost == pytest.approx(48 * 0.6 * 0.2 + 1.2)


def test_a_load_beyond_the_connection_is_a_typed_failure():
    starved = home(MustRun(np.full(24, 3.0)), home_id="starved", tariff=Tariff(0.2, 1.0, grid_limit_kw=2.0))
    with pytest.raises(SolveFailed, match="home starved") as failure:
        HomeSolver(starved).stand_alone()
    assert failure.value.status == cp.INFEASIBLE


def test_a_trade_that_no_plan_can_keep_is_a_typed_failure():
    solver = HomeSolver(home(MustRun(np.ones(24))))
    with pytest.raises(SolveFailed):
        solver.solve_fixed(np.full(24, 1.5))


def test_the_oracle_fails_in_the_same_typed_way():
    starved = home(MustRun(np.full(24, 3.0)), tariff=Tariff(0.2, 1.0, grid_limit_kw=2.0))
    problem = StatedHome(starved).fixed_problem(np.zeros(24))
    with pytest.raises(SolveFailed) as failure:
        solve_with_clarabel(problem, subject="the starved home")
    assert (failure.value.engine, failure.value.status) == ("clarabel", cp.INFEASIBLE)
