import pytest

from wattloom.market.coordination.fleet import Fleet
from wattloom.market.homes.central import solve_central
from wattloom.market.papers.communities import random_community
from wattloom.market.papers.config import load_model
from wattloom.market.papers.reproduction import ways
from wattloom.market.papers.reproduction.in_process import accepted_by_the_criterion, missed_when_stopped
from wattloom.market.papers.reproduction.runs import Scale

HVAC = load_model("hvac-2020")


@pytest.fixture(scope="module")
def market():
    """A community, its homes' solvers, and what can be saved."""
    community = random_community("hvac-2020", homes=3, slots=24, seed=1)
    fleet = Fleet(community.homes)
    alone = sum(plan.cost for plan in fleet.stand_alone())
    return community, fleet, Scale(alone=alone, optimum=solve_central(community.homes).cost)


def test_the_printed_criterion_accepts_next_to_no_trade_under_a_large_rho(market):
    community, fleet, scale = market
    found = accepted_by_the_criterion(fleet, ways.as_printed(HVAC, community, most=50), scale)
    assert found.converged
    assert found.iterations <= 3
    assert found.primal_kwh <= 1e-6
    assert found.dual_per_kwh > 1e-3  # the criterion that was left out would have told
    assert found.surplus_lost_percent > 90


def test_the_more_iterations_the_less_is_missed(market):
    community, fleet, scale = market
    terms = ways.as_we_do(HVAC, community, most=500)
    early, late, last = (missed_when_stopped(fleet, terms, scale, iterations=most) for most in (2, 20, 200))
    assert early > late > last
    assert last == pytest.approx(0.0, abs=1e-4)
