"""However readings come, late, estimated or corrected, the end is as if they had been right at once."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chaincode.metering.world import AGENT, SHORTFALL, SURPLUS, UTILITY, World
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.metering.errors import AlreadyMeasured
from wattloom.chaincode.metering.records import Quality

HOMES, SLOTS = 3, 2
ENERGY = st.integers(-5_000, 5_000)
ROW = st.lists(ENERGY, min_size=SLOTS, max_size=SLOTS)


@st.composite
def histories(draw):
    """What is said of each home and the seconds that pass before; and what is measured in the end."""
    said = [
        (
            draw(st.integers(0, HOMES - 1)),
            draw(ROW),
            draw(st.sampled_from(list(Quality))),
            draw(st.integers(0, 900)),
        )
        for _ in range(draw(st.integers(0, 8)))
    ]
    return said, draw(st.lists(ROW, min_size=HOMES, max_size=HOMES))


def begun(trades, *, prices):
    world = World(HOMES)
    world.trade(*trades)
    shortfall, surplus = prices
    period = world.open_period(
        slots=SLOTS,
        shortfall_nano_per_wh=Int64Array([shortfall]),
        surplus_nano_per_wh=Int64Array([surplus]),
    )
    world.deliver(period)
    return world, period


def ends(world):
    return [world.free(who) for who in (*world.homes, UTILITY)]


def owed(world):
    return [(bill.amount_nano, bill.paid_nano) for bill in map(world.owed, world.homes)]


TRADES = [[700, -20], [-300, 50], [-400, -30]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.sampled_from([(SHORTFALL, SURPLUS), (200_000, 200_000), (100, -5_000)]))
def test_late_estimated_and_corrected_readings_end_as_if_right_the_first_time(history, prices):
    said, final = history
    world, period = begun(TRADES, prices=prices)
    total = world.all_money_nano()
    for home, row, quality, pause_s in said:
        world.advance_to(world.time_s + pause_s)
        with suppress(AlreadyMeasured):
            world.report(world.homes[home], row, by=AGENT, quality=quality)
        assert world.all_money_nano() == total
    for home, row in zip(world.homes, final, strict=True):
        world.report(home, row, by=AGENT)
    world.advance_to(max(world.time_s, period.pays_s) + 1)
    world.assert_timers_never_fail()
    right, same = begun(TRADES, prices=prices)
    for home, row in zip(right.homes, final, strict=True):
        right.report(home, row, by=AGENT)
    right.end_waiting(same)
    assert ends(world) == ends(right)
    assert owed(world) == owed(right)
    assert all(amount == paid for amount, paid in owed(world))
    assert world.all_money_nano() == total


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=HOMES, max_size=HOMES))
def test_what_the_meters_show_beyond_trades_is_what_the_utility_sold_and_bought(metered):
    """Trades cancel, so deviations add up to the meters; and the utility has what the homes paid."""
    world, period = begun(TRADES, prices=(SHORTFALL, SURPLUS))
    before = world.free(UTILITY)
    bills = [world.report(home, row) for home, row in zip(world.homes, metered, strict=True)]
    for slot in range(SLOTS):
        assert sum(bill.traded_wh[slot] for bill in bills) == 0
        deviations = [bill.metered_wh[slot] - bill.traded_wh[slot] for bill in bills]
        assert sum(deviations) == sum(row[slot] for row in metered)
    world.end_waiting(period)
    assert world.free(UTILITY) - before == sum(bill.amount_nano for bill in bills)


@settings(max_examples=30, deadline=None)
@given(ROW, st.integers(0, 3 * 10**9), st.integers(0, 10**9), st.lists(st.integers(0, 10**9), max_size=3))
def test_no_money_is_made_or_lost_where_somebody_cannot_pay(row, home_nano, utility_nano, gifts):
    world = World(1, money_nano=home_nano, utility_nano=utility_nano)
    home, period = world.homes[0], world.open_period(slots=SLOTS)
    world.deliver(period)
    world.report(home, row)
    world.end_waiting(period)
    assert world.all_money_nano() == home_nano + utility_nano
    bill = world.owed(home)
    assert abs(bill.paid_nano) <= abs(bill.amount_nano)
    assert bill.due_nano == 0 or 0 in (world.free(home), world.free(UTILITY))
    assert world.free(home) == home_nano - bill.paid_nano
