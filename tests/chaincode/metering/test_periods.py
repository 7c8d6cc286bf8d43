import pytest

from tests.chaincode.metering.world import AGENT, DELIVERY_S, HOUR_S, UTILITY, World
from wattloom.chaincode.api import Forbidden, Int64Array, InvalidArgument, NotFound, Page
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.governance.keys import MARKET
from wattloom.chaincode.governance.records import MarketRules
from wattloom.chaincode.metering.errors import PeriodHasBegun, PeriodOverlaps, PriceTooHigh
from wattloom.chaincode.metering.messages import PageOfPeriods, PeriodOf
from wattloom.chaincode.metering.records import Period
from wattloom.chaincode.testing import caller


def refused(world, error, **changes):
    before = world.state()
    with pytest.raises(error) as refusal:
        world.open_period(**changes)
    assert world.state() == before
    return refusal.value


def test_a_utility_states_slots_and_prices_for_its_organisation(world):
    period = world.open_period(slots=24)
    assert (period.organisation, period.utility) == ("north", UTILITY.party_id)
    assert period.end_s == DELIVERY_S + 24 * HOUR_S
    wanted = PeriodOf(organisation="north", slot_start_s=DELIVERY_S)
    assert world.evaluate(world.homes[0], "metering:read_period", wanted, Period) == period


def test_prices_are_stated_before_delivery_begins(world):
    world.advance_to(DELIVERY_S - 1)
    world.open_period()
    late = World()
    late.advance_to(DELIVERY_S)
    assert refused(late, PeriodHasBegun).details["block_time_s"] == DELIVERY_S


def test_no_two_periods_of_an_organisation_overlap(world):
    world.open_period(slots=2)
    for start_s in (DELIVERY_S - HOUR_S, DELIVERY_S, DELIVERY_S + HOUR_S):
        error = refused(world, PeriodOverlaps, slot_start_s=start_s, slots=3)
        assert error.details == {"latest_end_s": DELIVERY_S + 2 * HOUR_S}
    world.open_period(slot_start_s=DELIVERY_S + 2 * HOUR_S)


def test_each_organisation_has_its_own_periods(world):
    south = caller("south.utility", "utility")
    with pytest.raises(NotFound, match="account"):
        world.open_period(south)
    world.open_period()
    page = PageOfPeriods(organisation="north")
    found = world.evaluate(world.homes[0], "metering:list_periods", page, Page[Period])
    assert [period.slot_start_s for period in found.items] == [DELIVERY_S]
    nothing = PageOfPeriods(organisation="south")
    assert not world.evaluate(world.homes[0], "metering:list_periods", nothing, Page[Period]).items


def test_only_a_utility_opens(world):
    for who in (world.homes[0], AGENT):
        with pytest.raises(Forbidden):
            world.open_period(who)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"slots": 3, "shortfall_nano_per_wh": Int64Array([1, 2])}, "shortfall_nano_per_wh has 2 numbers"),
        ({"surplus_nano_per_wh": Int64Array([])}, "surplus_nano_per_wh has 0 numbers"),
        ({"surplus_nano_per_wh": Int64Array([300_001])}, "in slot 0 a surplus would be paid 300001"),
        ({"correct_s": 599}, "correct_s is less than wait_s"),
        ({"slots": 1_441}, "slots"),
        ({"slot_s": 1_000}, "slot_s"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(world, changes, reason):
    assert reason in str(refused(world, InvalidArgument, **changes))


def test_no_price_passes_the_members_highest(world):
    world.committed.apply(
        {"governance": {MARKET: encode(MarketRules(highest_price_cap_nano_per_wh=299_999))}}
    )
    assert refused(world, PriceTooHigh).details == {"highest_nano_per_wh": 299_999}
    assert refused(
        world,
        PriceTooHigh,
        shortfall_nano_per_wh=Int64Array([0]),
        surplus_nano_per_wh=Int64Array([-300_000]),
    )
