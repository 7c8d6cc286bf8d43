"""Sessions in each form, under each rule of billing and each schedule of rho, on a real ledger."""

import asyncio

import numpy as np
import pytest

from tests.market.transactive.marketplace import cost_with_trading, marketplace, small_community
from wattloom.chaincode.transactive.records import Phase
from wattloom.chaincode.transactive.terms import Billing, Form, RhoSchedule
from wattloom.market.day.trading import trade
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.terms import rounding_bound
from wattloom.market.transactive.units import from_pico


@pytest.fixture(scope="module")
def community():
    return small_community()


@pytest.fixture(scope="module")
def optimum(community):
    return solve_central(community.homes)


async def traded(path, community, **terms):
    """Hold a session as a market day does; return how it ended and its books."""
    async with marketplace(path / "ledger", community, **terms) as market:
        views = []
        found = await trade(market.solvers, market.members, market.way, market.terms, views.append)
        assert views[-1] == found.view
        return found, await market.books()


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("billing", Billing)
async def test_each_form_reaches_the_central_optimum_and_its_price_under_each_rule_of_billing(
    tmp_path, community, optimum, form, billing
):
    found, books = await traded(tmp_path, community, form=form, billing=billing)
    assert found.view.progress.phase is Phase.SETTLED
    assert found.view.progress.converged
    books.check_conserved()
    before = sum(outcome.cost_before_rounding for outcome in found.outcomes)
    assert before == pytest.approx(optimum.cost, rel=1e-6)
    assert sum(map(cost_with_trading, found.outcomes)) == pytest.approx(optimum.cost, rel=1e-4)
    price = from_pico(found.view.mu_pico_per_kwh)
    assert price == pytest.approx(optimum.price_per_kwh, abs=1e-4)
    if billing is Billing.CLEARING:
        check_nobody_loses(community, found.outcomes, price)


def check_nobody_loses(community, outcomes, price):
    for home, outcome in zip(community.homes, outcomes, strict=True):
        alone = HomeSolver(home).stand_alone().cost
        assert cost_with_trading(outcome) <= alone + rounding_bound(home, price)


async def test_fixed_prices_are_what_everybody_pays(tmp_path, community):
    found, books = await traded(tmp_path, community, billing=Billing.FIXED, max_iterations=60)
    (fixed,) = found.view.session.terms.fixed_price_nano_per_wh
    for bill in books.bills:
        assert set(bill.prices_nano_per_wh) == {fixed}
        assert bill.amount_nano == sum(bill.trades_wh) * fixed


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("billing", Billing)
async def test_the_papers_schedule_ends_repaired_after_a_few_iterations(tmp_path, community, form, billing):
    found, books = await traded(
        tmp_path,
        community,
        form=form,
        billing=billing,
        rho_schedule=RhoSchedule.PAPER,
        max_iterations=8,
    )
    progress = found.view.progress
    assert (progress.phase, progress.converged, progress.iteration) == (Phase.SETTLED, False, 8)
    books.check_conserved()
    decided = np.array([residual.primal_nano_kwh for residual in found.residuals])
    assert decided[-1] > 1_000_000  # decisions were a Wh and more apart: there was something to repair
    assert found.residuals[-1].rho_nano == found.view.session.terms.rho_nano // 8


async def test_one_failing_home_ends_the_trading_with_its_own_error(tmp_path, community):
    async with marketplace(tmp_path / "ledger", community) as market:
        solvers = [*market.solvers[:-1], HomeSolver(small_community(slots=5).homes[-1])]
        with pytest.raises(ValueError, match="shape"):
            async with asyncio.timeout(30):
                await trade(solvers, market.members, market.way, market.terms, lambda _: None)
