"""A small community of the richest model, measured with the ledger in the loop."""

import numpy as np
import pytest

from tests.market.papers.reproduction.conftest import MOST
from wattloom.market.homes.central import solve_central
from wattloom.market.papers.reproduction.gains import BARGAINING, CLEARING, FIXED, PLANNED, PRINTED


def test_energy_that_is_sold_is_bought_in_every_slot(measured):
    _, found, _ = measured
    trade = np.array(found.series.trade)
    assert trade.shape == (3, 24)
    assert np.abs(trade).sum() > 0.1
    assert np.abs(trade.sum(axis=0)).max() < 1e-5
    assert sum(user.bought_kwh for user in found.users) == pytest.approx(
        sum(user.sold_kwh for user in found.users)
    )


def test_what_homes_pay_adds_up_to_the_communitys_cost_under_every_billing(measured):
    _, found, _ = measured
    for way in found.gains.ways:
        run = {PRINTED: found.printed, PLANNED: found.second_order}.get(way.way, found.ours)
        assert way.alone == pytest.approx(found.alone)
        assert way.imbalance == pytest.approx(0.0, abs=1e-6)
        assert way.total == pytest.approx(run.cost, abs=1e-6)


def test_at_the_fixed_price_a_home_pays_for_its_net_trade(measured):
    _, found, _ = measured
    for gain, user in zip(found.gains.way(FIXED).homes, found.users, strict=True):
        net_kwh = user.bought_kwh - user.sold_kwh
        assert gain.bill == pytest.approx(found.fixed_price_per_kwh * net_kwh, abs=1e-6)


def test_trading_costs_between_the_central_optimum_and_everybody_alone(measured):
    community, found, _ = measured
    assert found.central == pytest.approx(solve_central(community.homes).cost)
    for run in (found.printed, found.ours):
        assert found.central - 1e-6 <= run.cost < found.alone
        assert run.surplus_lost_percent == pytest.approx(
            100 * (run.cost - found.central) / (found.alone - found.central)
        )


def test_nobody_loses_at_the_clearing_price_or_by_bargaining(measured):
    _, found, _ = measured
    for way in (CLEARING, BARGAINING, PLANNED):
        assert found.gains.way(way).losers == 0


def test_the_printed_way_and_ours_are_what_the_configuration_says(measured):
    _, found, _ = measured
    assert (found.printed.form, found.printed.rho, found.printed.relaxation) == ("pairwise", "1", 1.0)
    assert (found.ours.form, found.ours.rho, found.ours.relaxation) == ("exchange", "0.1", 1.6)
    assert found.printed.criterion == "primal residual"
    assert found.ours.criterion == "primal and dual residual"


def test_every_iteration_on_the_ledger_is_counted(measured):
    _, found, _ = measured
    for run, most in ((found.printed, MOST.printed), (found.ours, MOST.ours)):
        assert run.iterations == len(run.primal_kwh) == len(run.dual_per_kwh) <= most
        assert run.transactions > 3 * run.iterations
        assert 0 < run.iteration_s * run.iterations <= run.seconds


def test_a_threshold_is_reached_where_the_residual_first_is_within_it(measured):
    _, found, _ = measured
    for run in (found.printed, found.ours):
        for threshold, iteration in run.reached.items():
            before = run.primal_kwh[: (iteration or run.iterations + 1) - 1]
            assert all(residual > float(threshold) for residual in before)
            if iteration is not None:
                assert run.primal_kwh[iteration - 1] <= float(threshold)


def test_what_is_missed_after_the_papers_count_is_found_for_both(measured):
    _, found, _ = measured
    for run in (found.printed, found.ours):
        assert run.missed_at_count_percent >= -1e-6
    assert found.criterion.surplus_lost_percent > found.ours.missed_at_count_percent


def test_a_session_that_was_planned_off_the_ledger_is_admitted_by_one_iteration(measured):
    _, found, _ = measured
    planned, run = found.second_order.planned, found.second_order
    assert (run.iterations, run.converged) == (1, True)
    assert run.cost == pytest.approx(found.central, rel=1e-4)
    assert planned.homes == 3
    assert planned.rounds == len(planned.imbalance_kwh)
    assert planned.rounds <= planned.exchanges
    assert planned.imbalance_kwh[-1] < 1e-3 < planned.imbalance_kwh[0]


def test_the_seller_sells_most_and_the_buyer_buys_most(measured):
    _, found, _ = measured
    net = [user.bought_kwh - user.sold_kwh for user in found.users]
    assert (found.seller, found.buyer) == (net.index(min(net)), net.index(max(net)))


def test_every_kind_of_device_and_service_shows_in_the_series(measured):
    _, found, _ = measured
    for name in ("grid_alone", "grid", "renewable", "hvac", "shiftable", "reduced"):
        rows = np.array(getattr(found.series, name))
        assert rows.shape == (3, 24)
        assert rows.min() > -1e-5
        assert rows.sum() > 0.1


def test_each_step_is_told(measured):
    *_, told = measured
    assert told[0].startswith("every home plans alone")
    assert any("as printed: iterating, iteration 3" in step for step in told)
    assert any("as we do it: settled" in step for step in told)
