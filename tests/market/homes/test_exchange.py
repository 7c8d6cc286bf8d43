"""ADMM in floats on the real solver: what the integer form on the ledger is measured against."""

import numpy as np
import pytest

from tests.market.data.samples import SHARED, needs_shared_data
from wattloom.market.data.folder import read_community
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.solver import HomeSolver

TOLERANCE = 1e-6


def exchange(solvers, *, rho=0.1, relaxation=1.6, rounds=400):
    """Relaxed exchange ADMM; return rounds used, trades and prices once both residuals are small."""
    price, anchors = np.zeros(24), np.zeros((len(solvers), 24))
    for used in range(1, rounds + 1):
        trades = np.array([s.solve_exchange(price, a, rho) for s, a in zip(solvers, anchors, strict=True)])
        mean = trades.mean(axis=0)
        price = price + rho * relaxation * mean
        moved = relaxation * (trades - mean) + (1 - relaxation) * anchors
        dual = rho * np.linalg.norm(moved - anchors)
        anchors = moved
        if np.linalg.norm(trades.sum(axis=0)) <= TOLERANCE and dual <= TOLERANCE:
            return used, trades, price
    raise AssertionError(f"not converged in {rounds} rounds")


def pairwise(solvers, *, rho, rounds=400):
    """Paper 000's Algorithm 1 with a constant rho; return rounds used and net trades."""
    n = len(solvers)
    hats, duals, trades = (np.zeros((n, n, 24)) for _ in range(3))
    for used in range(1, rounds + 1):
        for i, solver in enumerate(solvers):
            others = [j for j in range(n) if j != i]
            trades[i, others] = solver.solve_pairwise(np.zeros(24), hats[i, others], duals[i, others], rho)
        moved = (trades - trades.swapaxes(0, 1)) / 2 - (duals - duals.swapaxes(0, 1)) / (2 * rho)
        duals = duals + rho * (moved - trades)
        primal = np.linalg.norm(moved - trades, axis=(1, 2)).sum()
        dual = rho * np.linalg.norm(moved - hats)
        hats = moved
        if primal <= TOLERANCE and dual <= TOLERANCE:
            return used, trades.sum(axis=1)
    raise AssertionError(f"not converged in {rounds} rounds")


def check_repaired_trades_are_optimal(community, solvers, trades):
    optimum = solve_central(community.homes)
    repaired = trades - trades.mean(axis=0)
    cost = sum(solver.solve_fixed(trade).cost for solver, trade in zip(solvers, repaired, strict=True))
    assert cost == pytest.approx(optimum.cost, rel=1e-6)
    return optimum


@pytest.mark.parametrize("seed", [1, 4, 5])
def test_relaxed_exchange_reaches_the_central_optimum(seed):
    community = synthetic_community(seed=seed)
    solvers = [HomeSolver(home) for home in community.homes]
    rounds, trades, price = exchange(solvers)
    optimum = check_repaired_trades_are_optimal(community, solvers, trades)
    assert price == pytest.approx(optimum.price_per_kwh, abs=1e-4)
    assert rounds < 150


@needs_shared_data
def test_relaxed_exchange_reaches_the_central_optimum_on_real_data():
    community = read_community(SHARED)
    solvers = [HomeSolver(home) for home in community.homes]
    rounds, trades, _ = exchange(solvers)
    check_repaired_trades_are_optimal(community, solvers, trades)
    assert rounds < 150


def test_the_papers_pairwise_form_reaches_the_same_optimum():
    community = synthetic_community(seed=5)
    solvers = [HomeSolver(home) for home in community.homes]
    _, net = pairwise(solvers, rho=0.1 * (len(solvers) - 1))
    check_repaired_trades_are_optimal(community, solvers, net)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_trading_is_worth_while_and_nobody_loses_at_the_dual_price(seed):
    community = synthetic_community(seed=seed)
    alone = [HomeSolver(home).stand_alone().cost for home in community.homes]
    optimum = solve_central(community.homes)
    assert 0.03 < 1 - optimum.cost / sum(alone) < 0.30
    assert optimum.price_per_kwh.min() > 0.01
    for cost, plan in zip(alone, optimum.schedules, strict=True):
        assert plan.cost + optimum.price_per_kwh @ plan.trade_kwh <= cost + 1e-6
