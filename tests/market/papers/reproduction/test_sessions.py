import numpy as np
import pytest

from wattloom.market.homes.solver import HomeSolver
from wattloom.market.papers.communities import random_community
from wattloom.market.papers.config import load_model
from wattloom.market.papers.reproduction import ways
from wattloom.market.papers.reproduction.sessions import hold
from wattloom.market.transactive.agent import HomeAgent


def held(*, most):
    community = random_community("vpp-2021", homes=3, slots=24, seed=2)
    solvers = [HomeSolver(home) for home in community.homes]
    terms = ways.as_we_do(load_model("vpp-2021"), community, most=most)
    alone = [solver.stand_alone().cost for solver in solvers]
    return hold(community, solvers, terms, tell=lambda _: None, progress=lambda _: None), alone


def test_a_session_ends_with_bills_at_its_prices():
    session, _ = held(most=60)
    assert session.settled
    assert session.converged
    trades = np.array([plan.trade_kwh for plan in session.plans])
    assert session.bills == pytest.approx(trades @ session.prices_per_kwh, abs=1e-6)
    assert session.bills.sum() == pytest.approx(0.0, abs=1e-9)


def test_a_session_without_trades_leaves_everybody_alone_and_without_a_bill(monkeypatch):
    monkeypatch.setattr(HomeAgent, "_accepts", lambda *_: False)
    session, alone = held(most=2)
    assert not session.settled
    assert not session.bills.any()
    assert session.costs == pytest.approx(alone)
    assert session.seconds > session.iterating_s > 0
