"""A whole day in memory: money and energy are conserved, and nobody is worse off than with the grid."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.auction.samples import planned
from wattloom.chaincode.accounts.records import Account, Party, Supply
from wattloom.chaincode.api.execution import Status
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.metering.messages import HomePeriod
from wattloom.chaincode.metering.records import DeviationBill
from wattloom.chaincode.testing import caller
from wattloom.market.auction.counterfactual import clear_day
from wattloom.market.auction.errors import CannotAuction
from wattloom.market.auction.strategies import StrategyName
from wattloom.market.homes.solver import HomeSolver

AUDITOR = caller("community.auditor", "auditor")
UTILITY = "community.grid"


def accounts(day):
    parties = [UTILITY, *(each.agent.party_id for each in day.traders)]
    asked = (Party(party_id=party_id) for party_id in parties)
    return {
        each.party_id: day.market.ledger.evaluate(AUDITOR, "accounts:statement", each, Account)
        for each in asked
    }


def spent_nano(day):
    """Return what each home's account has lost in the day, nano."""
    held = accounts(day)
    return [day.terms.purse_nano(10_000) - held[each.agent.party_id].free_nano for each in day.traders]


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    strategy=st.sampled_from(StrategyName),
    pricing=st.sampled_from(Pricing),
    community=st.integers(1, 4),
)
def test_money_and_energy_are_conserved_over_any_day_and_nobody_loses(seed, strategy, pricing, community):
    homes, plans = planned(seed=community)
    day = clear_day(homes, plans, strategy=strategy, pricing=pricing, seed=seed)
    ledger, trades = day.market.ledger, [each.agent.trades for each in day.traders]
    assert [each.missed for each in trades] == [[]] * 5
    assert all(outcome.status is Status.OK for outcome in ledger.timer_outcomes)
    held = accounts(day)
    assert not any(account.locked_nano for account in held.values())
    supply = ledger.evaluate(AUDITOR, "accounts:total", None, Supply)
    assert sum(account.free_nano for account in held.values()) == supply.total_nano
    assert not np.sum([each.neighbours_wh for each in trades], axis=0).any()
    assert sum(int(each.neighbours_nano.sum()) for each in trades) == 0
    assert [each.paid_nano for each in trades] == spent_nano(day)
    settled = day.settled()
    slack = 1e-3 * homes.slots * 0.2  # a plan in whole watt-hours is up to half of one from its own
    assert (settled.operating + settled.bills <= [plan.cost + slack for plan in plans]).all()


@pytest.fixture(scope="module")
def day():
    return clear_day(*planned())


def test_neighbours_take_what_would_have_been_fed_in_and_both_sides_save(day):
    traded_wh = sum(int(np.maximum(each.agent.trades.neighbours_wh, 0).sum()) for each in day.traders)
    surplus_wh = -sum(int(np.minimum(each.agent.expected_wh, 0).sum()) for each in day.traders)
    assert surplus_wh / 2 < traded_wh <= surplus_wh
    settled = day.settled()
    saved = [each.plan.cost for each in day.traders] - settled.operating - settled.bills
    moved = [int(np.abs(each.agent.trades.neighbours_wh).sum()) for each in day.traders]
    assert all(saving > 0.01 for saving, wh in zip(saved, moved, strict=True) if wh > 1_000)


def test_what_a_home_trades_stands_on_its_side_of_the_balance(day):
    for each in day.traders:
        traded, expected = each.agent.trades.neighbours_wh, each.agent.expected_wh
        assert (np.sign(traded) * np.sign(expected) >= 0).all()
        assert (np.abs(traded) <= np.abs(expected)).all()


def test_a_need_is_met_by_neighbours_and_grid_together(day):
    for each in day.traders:
        trades, need = each.agent.trades, np.maximum(each.agent.expected_wh, 0)
        assert (np.maximum(trades.neighbours_wh, 0) + trades.grid_wh == need).all()


def test_metering_bills_what_lies_between_meter_and_trades(day):
    for each in day.traders:
        asked = HomePeriod(party_id=each.agent.party_id, slot_start_s=day.terms.slot_start_s)
        bill = day.market.ledger.evaluate(AUDITOR, "metering:read_bill", asked, DeviationBill)
        trades = each.agent.trades
        assert list(bill.traded_wh) == (trades.neighbours_wh + trades.grid_wh).tolist()
        assert list(bill.metered_wh) == each.metered_wh().tolist()
        assert (bill.amount_nano, bill.due_nano) == (trades.deviation_nano, 0)


def test_all_bills_of_a_home_are_what_its_own_model_says_of_energy(day):
    settled = day.settled()
    for each, operating, bill in zip(day.traders, settled.operating, settled.bills, strict=True):
        plan = each.plan
        traded_kwh = each.agent.trades.neighbours_wh / 1_000
        grid_kwh = plan.grid_kwh - np.maximum(traded_kwh, 0)
        peak_cost = each.home.tariff.peak_price_per_kw * grid_kwh.max()
        energy = operating + bill - plan.device_cost - peak_cost
        assert each.agent.trades.paid_nano / 1e9 == pytest.approx(energy, abs=1e-3 * 16 * 0.2)


def test_the_same_seed_gives_the_same_day_to_the_last_nano():
    first, second = (clear_day(*planned(), strategy=StrategyName.LEARNING, seed=3) for _ in range(2))
    assert first.market.ledger.committed.values == second.market.ledger.committed.values


def test_what_would_be_spilt_is_sold_and_only_then_flows_through_the_meter():
    community, _ = planned()
    homes = tuple(
        replace(home, tariff=replace(home.tariff, feed_in_price_per_kwh=None)) for home in community.homes
    )
    day = clear_day(replace(community, homes=homes), [HomeSolver(home).stand_alone() for home in homes])
    sold = sum(int(np.maximum(-each.agent.trades.neighbours_wh, 0).sum()) for each in day.traders)
    assert sold > 1_000
    for each in day.traders:
        assert (
            each.metered_wh()
            == np.minimum(each.agent.trades.neighbours_wh, 0) + np.maximum(each.agent.expected_wh, 0)
        ).all()
        assert each.agent.trades.deviation_nano == 0


@pytest.mark.parametrize(
    ("tariff", "problem"),
    [
        ({"energy_price_per_kwh": -0.01, "feed_in_price_per_kwh": None}, "a home pays -0.0100"),
        ({"feed_in_price_per_kwh": 0.3}, "one is paid 0.3000"),
    ],
)
def test_tariffs_that_leave_no_price_good_for_all_are_refused(tariff, problem):
    community, plans = planned()
    first, *others = community.homes
    odd = replace(first, devices=(), tariff=replace(first.tariff, **tariff))
    with pytest.raises(CannotAuction, match=problem):
        clear_day(replace(community, homes=(odd, *others)), plans)
