import pytest

from tests.chaincode.metering.world import (
    AGENT,
    DELIVERY_S,
    SHORTFALL,
    SURPLUS,
    UTILITY,
    World,
    of,
)
from tests.chaincode.transactive.community import AUDITOR, BANK, COORDINATOR
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.accounts.records import Amount
from wattloom.chaincode.api import Forbidden, Int64Array, NotFound, Page
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.api.errors import WrongKind
from wattloom.chaincode.metering import keys
from wattloom.chaincode.metering.errors import AmountTooLarge, NothingDue
from wattloom.chaincode.metering.messages import PageOfBills
from wattloom.chaincode.metering.records import DeviationBill, Quality, Traded


def test_a_day_worked_by_hand():
    """h00 bought 500 Wh and drew 900: 400 from the utility. h01 sold 500 and delivered 450: it buys 50.

    In the second hour h00 traded nothing and delivered 200, h01 sold nothing and kept to it.
    """
    world = World()
    world.trade([500, 0], [-500, 0])
    paid_before = [world.free(home) for home in world.homes]
    period = world.open_period(slots=2)
    world.deliver(period)
    one = world.report(world.homes[0], [900, -200])
    other = world.report(world.homes[1], [-450, 0])
    assert (one.traded_wh.values, one.prices_nano_per_wh.values) == ((500, 0), (SHORTFALL, SURPLUS))
    assert one.amount_nano == 400 * SHORTFALL - 200 * SURPLUS  # $0.12 less $0.012
    assert other.amount_nano == 50 * SHORTFALL
    assert [world.free(home) for home in world.homes] == paid_before
    world.end_waiting(period)
    assert [world.free(home) for home in world.homes] == [
        paid_before[0] - one.amount_nano,
        paid_before[1] - other.amount_nano,
    ]
    assert world.free(UTILITY) == 10**15 + one.amount_nano + other.amount_nano
    assert world.owed(world.homes[0]).due_nano == 0


def test_a_home_that_keeps_to_its_trade_owes_nothing(world):
    world.trade([500], [-500])
    world.deliver(world.open_period())
    assert world.report(world.homes[0], [500]).amount_nano == 0


def test_neighbours_pay_nothing_for_a_home_that_does_not_deliver(world):
    """The seller buys what it sold and did not deliver; the buyer's bills stay as they are."""
    world.trade([500], [-500])
    bought = world.bill(world.homes[0]).amount_nano
    world.deliver(world.open_period())
    assert world.report(world.homes[1], [0]).amount_nano == 500 * SHORTFALL
    assert world.report(world.homes[0], [500]).amount_nano == 0
    assert world.bill(world.homes[0]).amount_nano == bought


def test_money_moves_once_readings_have_been_awaited(world):
    home, period = world.homes[0], world.open_period()
    world.deliver(period)
    world.report(home, [100])
    world.advance_to(period.end_s + period.wait_s)
    assert world.owed(home).paid_nano == 0
    world.end_waiting(period)
    assert world.owed(home).paid_nano == 100 * SHORTFALL
    world.assert_timers_never_fail()


def test_a_reading_that_comes_late_is_settled_with_the_next_block(world):
    home, period = world.homes[0], world.open_period()
    world.end_waiting(period)
    assert world.report(home, [100]).paid_nano == 0
    world.next_block()
    assert world.owed(home).paid_nano == 100 * SHORTFALL


def test_a_correction_moves_the_difference_alone(world):
    home, period = world.homes[0], world.open_period()
    world.deliver(period)
    world.report(home, [100], by=AGENT, quality=Quality.ESTIMATED)
    world.end_waiting(period)
    before = world.free(home)
    world.report(home, [70], by=AGENT)
    world.next_block()
    corrected = world.owed(home)
    assert (corrected.version, corrected.amount_nano, corrected.due_nano) == (2, 70 * SHORTFALL, 0)
    assert world.free(home) - before == 30 * SHORTFALL
    world.report(home, [-10], by=AGENT)
    world.next_block()
    sold = world.owed(home)
    assert sold.paid_nano == sold.amount_nano == -10 * SURPLUS


def test_a_correction_before_money_moves_leaves_one_payment(world):
    home, period = world.homes[0], world.open_period()
    world.deliver(period)
    world.report(home, [100])
    world.report(home, [70])
    world.end_waiting(period)
    assert world.owed(home).paid_nano == 70 * SHORTFALL
    assert [event.name for event in world.events].count("reconciled") == 1


def test_what_a_home_cannot_pay_stays_due_and_is_paid_later():
    world = World(money_nano=50 * SHORTFALL)
    home, period = world.homes[0], world.open_period()
    world.deliver(period)
    world.report(home, [100])
    refuse(world, NothingDue, home)
    world.end_waiting(period)
    owed = world.owed(home)
    assert (owed.paid_nano, owed.due_nano, world.free(home)) == (50 * SHORTFALL, 50 * SHORTFALL, 0)
    for who in (home, UTILITY):
        assert refuse(world, InsufficientFunds, home, by=who).details == {
            "needed_nano": 50 * SHORTFALL,
            "free_nano": 0,
        }
    give(world, home, 20 * SHORTFALL)
    assert world.pay(home, by=UTILITY).due_nano == 30 * SHORTFALL
    give(world, home, 40 * SHORTFALL)
    assert world.pay(home).due_nano == 0
    assert world.free(home) == 10 * SHORTFALL
    refuse(world, NothingDue, home)


def test_what_the_utility_cannot_pay_stays_due_too():
    world = World(utility_nano=0)
    home, period = world.homes[0], world.open_period()
    world.end_waiting(period)
    assert world.report(home, [-100]).due_nano == -100 * SURPLUS
    world.next_block()
    assert world.owed(home).due_nano == -100 * SURPLUS
    refuse(world, InsufficientFunds, home)
    give(world, UTILITY, 100 * SURPLUS)
    assert world.pay(home).due_nano == 0
    assert world.free(home) == 10**15 + 100 * SURPLUS


def test_only_home_and_utility_of_a_bill_have_it_paid(world):
    home, period = world.homes[0], world.open_period()
    with pytest.raises(NotFound):
        world.pay(home)
    world.deliver(period)
    world.report(home, [1])
    refuse(world, Forbidden, home, by=world.homes[1])
    refuse(world, Forbidden, home, by=COORDINATOR)


def test_a_bill_beyond_every_account_is_refused_with_its_reading(world):
    high = Int64Array([10**9])
    period = world.open_period(slots=672, shortfall_nano_per_wh=high, surplus_nano_per_wh=high)
    absurd = {
        keys.traded(world.homes[0].party_id, day): encode(Traded(energy_wh=Int64Array([2 * 10**6] * 96)))
        for day in range(DELIVERY_S // 86_400, period.end_s // 86_400)
    }
    world.committed.apply({"metering": absurd})  # what only several sessions at the largest limit could sell
    world.deliver(period)
    before = world.state()
    with pytest.raises(AmountTooLarge):
        world.report(world.homes[0], [-(10**6)] * 672)
    assert world.state() == before


def test_nobody_reconciles_by_hand(world):
    with pytest.raises(WrongKind):
        world.submit(UTILITY, "metering:reconcile", of(world.homes[0]))


def test_bills_are_for_those_concerned(world):
    home, period = world.homes[0], world.open_period()
    world.deliver(period)
    world.report(home, [100])
    for who in (home, UTILITY, AGENT, AUDITOR):
        assert world.owed(home, by=who).amount_nano == 100 * SHORTFALL
    with pytest.raises(Forbidden):
        world.owed(home, by=world.homes[1])
    every = PageOfBills(organisation="north", slot_start_s=DELIVERY_S)
    for who in (UTILITY, AUDITOR):
        page = world.evaluate(who, "metering:list_bills", every, Page[DeviationBill])
        assert [bill.party_id for bill in page.items] == [home.party_id]
    with pytest.raises(Forbidden):
        world.evaluate(home, "metering:list_bills", every, Page[DeviationBill])


def give(world, who, amount_nano):
    """Mint money for somebody."""
    world.submit(BANK, "accounts:mint", Amount(party_id=who.party_id, amount_nano=amount_nano))


def refuse(world, error, home, **named):
    before = world.state()
    with pytest.raises(error) as refusal:
        world.pay(home, **named)
    assert world.state() == before
    return refusal.value
