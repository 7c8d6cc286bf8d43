"""Iterations in process: they end at the central optimum, and what the papers print does not."""

from functools import partial
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.market.coordination import samples
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.terms import Form, RhoSchedule
from wattloom.market.coordination import admm
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import repair
from wattloom.market.homes.central import solve_central
from wattloom.market.papers.communities import random_community
from wattloom.market.papers.config import MODELS
from wattloom.market.transactive.terms import offered_terms
from wattloom.market.transactive.units import to_pico

TOLERANCE = 1e-6
NO_TRADE_RHO = 10**13


def check_ends_at_the_optimum(community, form):
    """Converged, its plan is optimal; one that is not done after all iterations is within 0.1 % of it."""
    fleet = Fleet(community.homes)
    found = admm.run(fleet, offered_terms(community, slot_start_s=0, form=form))
    best = solve_central(community.homes)
    near = 1e-6 if found.converged else 1e-3
    assert repair(fleet, found.last.trade_kwh).cost == pytest.approx(best.cost, rel=near)
    assert found.converged == (max(found.last.primal_kwh, found.last.dual) <= TOLERANCE)
    return found


@pytest.mark.parametrize("form", Form)
@settings(max_examples=3, deadline=None, derandomize=True)
@given(model=st.sampled_from(MODELS), seed=st.integers(0, 10**6), homes=st.integers(2, 5))
def test_both_forms_end_at_the_central_optimum(form, model, seed, homes):
    assert check_ends_at_the_optimum(random_community(model, homes=homes, slots=8, seed=seed), form).converged


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), homes=st.integers(2, 10), slots=st.sampled_from([1, 12, 24, 48]))
def test_both_forms_end_at_the_central_optimum_of_many_communities(form, model, seed, homes, slots):
    check_ends_at_the_optimum(random_community(model, homes=homes, slots=slots, seed=seed), form)


def test_the_price_that_it_ends_at_is_the_dual_price_of_clearing():
    found = admm.run(samples.fleet(), samples.terms())
    assert found.last.price_per_kwh == pytest.approx(samples.optimum().price_per_kwh, abs=1e-4)


def test_the_papers_stop_ends_at_once_under_a_large_rho_with_nothing_traded():
    terms = replace(samples.terms(), rho_nano=NO_TRADE_RHO, relaxation_fifths=5)
    found = admm.run(samples.fleet(), terms, primal_only=True)
    assert len(found.iterates) == 2
    assert np.abs(found.last.trade_kwh).max() < 1e-3 < np.abs(samples.optimum().trade_kwh).max()
    assert found.last.dual > 1e3 * TOLERANCE


def test_the_dual_residual_keeps_a_large_rho_from_ending_early():
    terms = replace(samples.terms(max_iterations=20), rho_nano=NO_TRADE_RHO, relaxation_fifths=5)
    assert not admm.run(samples.fleet(), terms).converged


def test_the_papers_step_sizes_do_not_converge_in_twice_the_iterations_of_a_constant_rho():
    community = samples.community(homes=6, slots=12)
    offered = partial(offered_terms, community, slot_start_s=0, form=Form.PAIRWISE)
    constant = admm.run(Fleet(community.homes), offered())
    terms = offered(rho_schedule=RhoSchedule.PAPER, max_iterations=2 * len(constant.iterates))
    paper = admm.run(Fleet(community.homes), replace(terms, rho_nano=10**9))
    assert constant.converged
    assert not paper.converged
    assert paper.last.primal_kwh > 1e3 * TOLERANCE


def test_rho_follows_the_terms_schedule():
    terms = replace(samples.terms(rho_schedule=RhoSchedule.PAPER), rho_nano=10**9)
    assert [each.rho for each in islice(admm.iterations(samples.fleet(), terms), 4)] == [
        pytest.approx(1 / k, abs=1e-9) for k in (1, 2, 3, 4)
    ]


def test_a_session_that_starts_from_what_another_agreed_on_agrees_at_once():
    terms, found = samples.terms(), admm.run(samples.fleet(), samples.terms())
    known = Int64Array(map(to_pico, found.last.price_per_kwh))
    start = replace(terms, start_price_pico_per_kwh=known, relaxation_fifths=5)
    warm = admm.run(samples.fleet(), start, start_kwh=found.last.trade_kwh)
    assert warm.converged
    assert len(warm.iterates) <= 3 < len(found.iterates)


def test_iterations_that_are_used_up_end_a_run_without_agreement():
    found = admm.run(samples.fleet(), samples.terms(max_iterations=3))
    assert (len(found.iterates), found.converged) == (3, False)
