"""Whatever homes order, money and energy are conserved, and nobody is worse off than with the grid."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chaincode.auction.neighbourhood import FEED_IN, GRID, UTILITY, Neighbourhood
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.records import Side, Zone

HOMES = 5
ZONES = [Zone(name="far", fee_nano_per_wh=30), Zone(name="near", fee_nano_per_wh=0)]
orders = st.lists(
    st.tuples(
        st.integers(0, HOMES - 1),
        st.integers(1, 900),
        st.integers(FEED_IN, GRID),
        st.booleans(),
        st.booleans(),
        st.none() | st.integers(0, HOMES - 1),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(placed=orders, sellers=st.integers(0, HOMES), pricing=st.sampled_from(Pricing))
def test_money_and_energy_are_conserved_and_the_grid_is_never_better(placed, sellers, pricing):
    street = Neighbourhood(HOMES, zones=ZONES, pricing=pricing, limit_wh=10**6)
    for at, home in enumerate(street.homes):
        street.connect(home, "far" if at % 2 else "near", green=at % 3 == 0)
    for at, energy_wh, price, green, local, partner in placed:
        side = Side.SELL if at < sellers else Side.BUY
        named = None if partner in (None, at) else street.homes[partner].party_id
        wishes = {"local_only": local, "green_only": green and side is Side.BUY, "partner": named}
        street.place(street.homes[at], side, energy_wh, price, **wishes)
    total_nano = street.total_nano()
    if placed:
        street.clear()
    street.assert_timers_never_fail()
    traded_wh = [street.metered_trade_wh(home) for home in street.homes]
    assert sum(traded_wh) == 0
    assert sum(wh for wh in traded_wh if wh > 0) == street.slot().volume_wh
    assert street.total_nano() == total_nano
    assert street.locked_nano() == 0
    fees_nano = sum(30 * wh for at, wh in enumerate(traded_wh) if at % 2 and wh > 0)
    assert street.account(UTILITY).free_nano == fees_nano
    for home, wh in zip(street.homes, traded_wh, strict=True):
        assert street.spent_nano(home) <= wh * (GRID if wh > 0 else FEED_IN)


offers = st.lists(
    st.tuples(st.integers(1, HOMES - 1), st.integers(1, 900), st.integers(FEED_IN, GRID)), max_size=8
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(need_wh=st.integers(1, 3_000), made=offers)
def test_a_request_is_met_wholly_and_costs_no_more_than_the_grid_alone(need_wh, made):
    street = Neighbourhood(HOMES, limit_wh=10**6)
    asked = street.ask_for(street.homes[0], need_wh)
    for at, energy_wh, price in made:
        street.offer(street.homes[at], asked, energy_wh, price)
    total_nano = street.total_nano()
    street.time_out(asked)
    street.assert_timers_never_fail()
    done = street.request(asked)
    assert done.neighbours_wh + done.grid_wh == need_wh
    assert street.spent_nano(street.homes[0]) == done.amount_nano <= need_wh * GRID
    assert (street.total_nano(), street.locked_nano()) == (total_nano, 0)
    assert sum(street.metered_trade_wh(home) for home in street.homes) == done.grid_wh
