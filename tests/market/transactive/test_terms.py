import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.homes.samples import home
from tests.market.transactive.marketplace import small_community
from tests.market.transactive.samples import community_of, random_community
from wattloom.chaincode.transactive import terms as rules
from wattloom.chaincode.transactive.billing import bill_nano, clearing_prices
from wattloom.chaincode.transactive.repair import whole_wh
from wattloom.chaincode.transactive.terms import Billing, Form, RhoSchedule
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.home import Tariff
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.keeping import plan_to_keep
from wattloom.market.transactive.terms import offered_terms, registered_limit_wh, rounding_bound
from wattloom.market.transactive.units import from_wh, to_pico

TOMORROW_S = 2_000_000_000

prices = st.floats(0.0, 5.0).map(lambda price: round(price, 4))


def payer(home_id, energy, peak, *, slot_s=3600, **changes):
    tariff = Tariff(np.array(energy), peak)
    return home(MustRun(np.zeros(2)), home_id=home_id, slots=2, slot_s=slot_s, tariff=tariff, **changes)


@given(
    st.lists(st.tuples(prices, prices, prices), min_size=2, max_size=4), st.sampled_from([900, 1800, 3600])
)
def test_the_cap_covers_the_highest_price_that_any_home_could_pay_the_grid(tariffs, slot_s):
    homes = [
        payer(f"home{n}", [first, second], peak, slot_s=slot_s)
        for n, (first, second, peak) in enumerate(tariffs)
    ]
    cap = offered_terms(community_of(*homes), slot_start_s=TOMORROW_S).price_cap_nano_per_wh
    for first, second, peak in tariffs:
        highest_per_kwh = max(first, second) + peak * 3600 / slot_s
        assert cap >= highest_per_kwh * 1e6 - 1e-6
    assert cap <= max(max(first, second) + peak * 3600 / slot_s for first, second, peak in tariffs) * 1e6 + 1


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("schedule", RhoSchedule)
@pytest.mark.parametrize("billing", Billing)
def test_the_ledger_takes_what_is_offered(form, schedule, billing):
    community = small_community()
    terms = offered_terms(
        community, slot_start_s=TOMORROW_S, form=form, rho_schedule=schedule, billing=billing
    )
    rules.check(terms, homes=len(community.homes))
    assert (terms.slots, terms.slot_s) == (community.slots, community.slot_s)


def test_the_papers_schedule_goes_without_over_relaxation():
    fifths = {
        schedule: offered_terms(
            small_community(), slot_start_s=TOMORROW_S, rho_schedule=schedule
        ).relaxation_fifths
        for schedule in RhoSchedule
    }
    assert fifths == {RhoSchedule.CONSTANT: 8, RhoSchedule.PAPER: 5}


def test_a_home_is_registered_for_no_more_than_its_trade_limit():
    assert registered_limit_wh(payer("a", [0.2, 0.2], 1.0, trade_limit_kwh=2.3456)) == 2_345


def whole_trades(optimum):
    """Round the central trades as the ledger does, (N, T), Wh."""
    nano = np.rint(optimum.trade_kwh * 1e9).astype(int)
    nano[0] -= nano.sum(axis=0)
    limits = [10_000] * len(nano)
    return np.array([whole_wh(slot.tolist(), limits) for slot in nano.T]).T


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_at_the_clearing_price_no_home_pays_more_than_alone_beyond_its_rounding_bound(seed):
    community = random_community(seed)
    optimum = solve_central(community.homes)
    terms = offered_terms(community, slot_start_s=TOMORROW_S)
    price_nano = clearing_prices(
        [to_pico(price) for price in optimum.price_per_kwh], cap_nano_per_wh=terms.price_cap_nano_per_wh
    )
    trades = zip(community.homes, whole_trades(optimum), optimum.trade_kwh, strict=True)
    for each, trade_wh, decided_kwh in trades:
        solver = HomeSolver(each)
        plan = plan_to_keep(solver, from_wh(trade_wh), decided_kwh=decided_kwh)
        cost = plan.cost + bill_nano(trade_wh.tolist(), price_nano) / 1e9
        assert cost <= solver.stand_alone().cost + rounding_bound(each, optimum.price_per_kwh)


def test_the_bound_is_small_against_what_a_day_costs():
    for each in small_community(slots=24).homes:
        bound = rounding_bound(each, np.full(24, 0.15))
        assert 0 < bound < 0.01 * HomeSolver(each).stand_alone().cost
