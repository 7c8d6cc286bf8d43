"""A point found off the ledger is admitted by one plain iteration, and refuted by the next ones if wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chaincode.transactive.community import Community, terms
from tests.chaincode.transactive.quadratic import PRICE_UNIT, UNIT, Quadratic, iterate, nano
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.errors import BeyondLimit, WrongShape
from wattloom.chaincode.transactive.records import Phase
from wattloom.chaincode.transactive.terms import Form

KWH = 10**9
HOMES, SLOTS = 10, 24
SMALL_RHO_NANO = 3_000_000
"""0.003 $/kWh^2: homes hardly hold on to their anchors, so their sum is a strict test of the price."""


def plain(prices_per_kwh, **changes):
    """Return the terms of an admission: plain ADMM from given prices, both residuals within 1e-6."""
    return terms(
        slots=len(prices_per_kwh),
        rho_nano=changes.pop("rho_nano", SMALL_RHO_NANO),
        relaxation_fifths=5,
        start_price_pico_per_kwh=Int64Array(round(price / PRICE_UNIT) for price in prices_per_kwh),
        **changes,
    )


def start(community, agreed, trades_kwh):
    community.open(agreed)
    for home, trade in zip(community.homes, trades_kwh, strict=True):
        community.join_from(home, nano(trade))


def anchors(community):
    return np.array([community.own(home).anchor_nano_kwh.values for home in community.homes])


@pytest.mark.parametrize("rho_nano", [SMALL_RHO_NANO, 10**8, 10**9])
def test_the_right_point_is_admitted_by_its_first_iteration(rho_nano):
    homes = Quadratic.drawn(homes=HOMES, slots=SLOTS, seed=1)
    community = Community(HOMES)
    start(community, plain(homes.clearing_price(), rho_nano=rho_nano), homes.optimum())
    assert iterate(community, homes) == 1
    assert community.view().progress.converged
    (entry,) = community.residuals()
    assert entry.primal_nano_kwh < 100
    assert entry.dual_nano_per_kwh < 100
    community.confirm_all()
    assert community.phase() is Phase.SETTLED


@pytest.mark.parametrize("wrong", ["price", "trade"])
def test_a_wrong_point_is_not_admitted_and_the_iterations_go_on_to_the_optimum(wrong):
    homes = Quadratic.drawn(homes=5, slots=2, seed=2)
    price, trades = homes.clearing_price(), homes.optimum()
    if wrong == "price":
        price = price + 0.01
    else:
        trades[0] += 1.0
        trades[1] -= 1.0
    community = Community(5)
    start(community, plain(price, rho_nano=10**8), trades)
    assert 1 < iterate(community, homes) < 150
    assert not community.residuals()[0].dual_nano_per_kwh < 1_000
    assert np.array(community.view().mu_pico_per_kwh.values) * PRICE_UNIT == pytest.approx(
        homes.clearing_price(), abs=1e-6
    )


def test_a_warm_start_that_is_nearly_right_takes_fewer_iterations_than_a_cold_one():
    homes = Quadratic.drawn(homes=5, slots=2, seed=3)
    cold, warm = Community(5), Community(5)
    cold.begin(plain([0.0, 0.0], rho_nano=10**8))
    start(warm, plain(homes.clearing_price() + 1e-4, rho_nano=10**8), homes.optimum() + 1e-3)
    assert iterate(warm, homes) < iterate(cold, homes)


@given(
    st.lists(
        st.lists(st.integers(-10 * KWH, 10 * KWH), min_size=3, max_size=3) | st.just([]),
        min_size=2,
        max_size=6,
    )
)
@settings(max_examples=50, deadline=None)
def test_first_anchors_sum_to_zero_and_are_the_starting_trades_less_an_even_share(starts):
    community = Community(len(starts))
    community.open(terms(slots=3))
    for home, trades in zip(community.homes, starts, strict=True):
        community.join_from(home, trades)
    found, given_kwh = anchors(community), np.array([trades or [0, 0, 0] for trades in starts])
    assert found.sum(axis=0).tolist() == [0, 0, 0]
    moved = given_kwh - found
    assert (moved.max(axis=0) - moved.min(axis=0)).max() <= 1


def test_a_home_that_gives_no_start_begins_at_zero(trio):
    trio.open(terms())
    trio.join_from(trio.homes[0], [3 * KWH])
    trio.join(*trio.homes[1:])
    assert anchors(trio).ravel().tolist() == [2 * KWH, -KWH, -KWH]


def test_a_late_home_is_taken_at_its_start_before_its_first_decision(trio):
    trio.open(terms(relaxation_fifths=5))
    for home, trade in zip(trio.homes, (3, -1, -2), strict=True):
        trio.join_from(home, [trade * KWH])
    trio.decide(trio.homes[0], [3 * KWH])
    trio.pass_deadline()
    (entry,) = trio.residuals()
    assert entry.late == [home.party_id for home in trio.homes[1:]]
    assert (entry.primal_nano_kwh, entry.dual_nano_per_kwh) == (0, 0)


def test_only_participants_starts_count(trio):
    trio.open(terms())
    for home, trade in zip(trio.homes[:2], (5, -3), strict=True):
        trio.join_from(home, [trade * KWH])
    trio.pass_deadline()
    assert [trio.own(home).anchor_nano_kwh.values for home in trio.homes[:2]] == [(4 * KWH,), (-4 * KWH,)]


def test_a_start_is_visible_to_its_home_alone(trio):
    trio.open(terms())
    trio.join_from(trio.homes[0], [123_456_789])
    assert trio.own(trio.homes[0]).trades_nano_kwh.values == (123_456_789,)
    for who in (trio.homes[1], None):
        assert "123456789" not in repr(trio.view(who) if who else trio.view())


@pytest.mark.parametrize(
    ("agreed", "start_kwh", "error"),
    [
        (terms(slots=2), [1], WrongShape),
        (terms(form=Form.PAIRWISE), [1], WrongShape),
        (terms(), [10_001], BeyondLimit),
        (terms(), [-10_001], BeyondLimit),
    ],
)
def test_a_start_of_another_shape_or_beyond_the_limit_is_refused(trio, agreed, start_kwh, error):
    trio.open(agreed)
    before = trio.state()
    with pytest.raises(error):
        trio.join_from(trio.homes[0], [wh * 10**6 for wh in start_kwh])
    assert trio.state() == before


def test_prices_are_finer_than_what_they_decide():
    """Homes answer a price error of 0.5e-12 $/kWh, at most, with N / rho times it: 2 nano-kWh a slot here."""
    assert HOMES / (SMALL_RHO_NANO * UNIT) * PRICE_UNIT / 2 < 2 * UNIT
