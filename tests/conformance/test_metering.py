"""Runs late: a period that was opened with the session is over, and what meters show is billed alike."""

from itertools import count

import pytest
from msgspec.structs import replace

from tests.conformance import metering
from tests.conformance.metering import SHORTFALL, SURPLUS
from wattloom.chaincode.accounts.records import Amount
from wattloom.chaincode.api import Int64Array, Page
from wattloom.chaincode.metering.messages import (
    CommitReading,
    HomePeriod,
    PageOfBills,
    PageOfPeriods,
    PeriodOf,
    Reconciled,
    Report,
)
from wattloom.chaincode.metering.readings import digest_of
from wattloom.chaincode.metering.records import Commitment, DeviationBill, Period, Quality, Reading

SALT = "00112233445566778899aabbccddeeff"
_far = count(4 * 10**9, 86_400)
"""Long after everything else: when a period begins that is opened only to be refused."""


@pytest.fixture
def period(town, exercised):
    """The period that passed while the suite ran, or passes now."""
    period = exercised.metered
    blocks = town.client().blocks(town.height)
    over = next(block for block in blocks if block.block_time_s > period.end_s + period.wait_s)
    blocks.close()
    town.saw(over.height)
    return period


def reading(home, period, *net_wh, **said):
    return Report(party_id=home.party_id, slot_start_s=period.slot_start_s, net_wh=Int64Array(net_wh), **said)


def of(home, period):
    return HomePeriod(party_id=home.party_id, slot_start_s=period.slot_start_s)


def reported(by, request):
    """Report, and return the bill once the ledger itself has moved the money."""
    receipt = by.submit("metering:report", request, DeviationBill)
    events = by.town.events(receipt.height, contract="metering", name="reconciled")
    paid = next(
        event for event in events if not event.tx_id and event.read(Reconciled).party_id == request.party_id
    )
    by.town.exercised.functions.add("metering:reconcile")
    by.town.saw(paid.height)
    asked = HomePeriod(party_id=request.party_id, slot_start_s=request.slot_start_s)
    return by.query("metering:read_bill", asked, DeviationBill)


def test_a_home_is_billed_for_what_its_meter_shows_and_corrections_move_the_difference(town, period):
    [home], agent = town.homes(1), town.member("meters", "meter-agent")
    before = town.account(home).free_nano
    estimate = reading(home, period, 900, quality=Quality.ESTIMATED)
    bill = reported(agent, estimate)
    assert (bill.amount_nano, bill.paid_nano) == (900 * SHORTFALL, 900 * SHORTFALL)
    bill = reported(agent, reading(home, period, -200))
    assert (bill.amount_nano, bill.paid_nano, bill.version) == (-200 * SURPLUS, -200 * SURPLUS, 2)
    assert town.account(home).free_nano == before + 200 * SURPLUS
    assert agent.refusal("metering:report", estimate).code == "ALREADY_MEASURED"
    assert home.refusal("metering:report", reading(home, period, 1)).code == "AGENT_HAS_REPORTED"
    assert home.query("metering:read_bill", of(home, period), DeviationBill) == bill
    found = home.query("metering:read_reading", of(home, period), Reading)
    assert (found.net_wh.values, found.by_agent) == ((-200,), True)


def test_what_a_home_cannot_pay_stays_due(town, period):
    [home] = town.homes(1, money_nano=100)
    bill = reported(home, reading(home, period, 1))
    assert (bill.paid_nano, bill.due_nano) == (100, SHORTFALL - 100)
    assert home.refusal("metering:pay", of(home, period)).code == "INSUFFICIENT_FUNDS"
    bank = town.member("cashier", "settlement-agent")
    bank.submit("accounts:mint", Amount(party_id=home.party_id, amount_nano=1_000))
    bill = home.submit("metering:pay", of(home, period), DeviationBill).result
    assert bill.due_nano == 0
    assert home.refusal("metering:pay", of(home, period)).code == "NOTHING_DUE"


def test_a_hash_holds_its_reporter_to_the_values(town, period):
    [home] = town.homes(1)
    digest = digest_of(Int64Array([70]), SALT)
    commit = CommitReading(party_id=home.party_id, slot_start_s=period.slot_start_s, digest=digest)
    home.submit("metering:commit_reading", commit, Commitment)
    other = home.refusal("metering:report", reading(home, period, 71, salt=SALT))
    assert (other.code, other.details) == ("COMMITMENT_MISMATCH", {"digest": digest})
    home.submit("metering:report", reading(home, period, 70, salt=SALT), DeviationBill)


def test_readings_out_of_shape_or_of_others_are_refused(town, period):
    home, other = town.homes(2)
    assert other.refusal("metering:report", reading(home, period, 1)).code == "FORBIDDEN"
    misshapen = home.refusal("metering:report", reading(home, period, 1, 2))
    assert (misshapen.code, misshapen.details) == ("MISSHAPEN_READING", {"length": 2, "needed": 1})
    large = home.refusal("metering:report", reading(home, period, 10**6 + 1))
    assert (large.code, large.details) == ("READING_TOO_LARGE", {"limit_wh": 10**6, "slot": 0})
    nowhere = replace(reading(home, period, 1), slot_start_s=period.slot_start_s + 1)
    assert home.refusal("metering:report", nowhere).code == "NOT_FOUND"


def test_bills_and_periods_are_read_page_by_page_by_those_concerned(town, period):
    [home], auditor = town.homes(1), town.member("audit", "auditor")
    home.submit("metering:report", reading(home, period, 5), DeviationBill)
    every = PageOfBills(organisation="north", slot_start_s=period.slot_start_s, limit=1_000)
    bills = auditor.query("metering:list_bills", every, Page[DeviationBill]).items
    assert home.party_id in {bill.party_id for bill in bills}
    assert home.refusal("metering:list_bills", every, query=True).code == "FORBIDDEN"
    wanted = PeriodOf(organisation="north", slot_start_s=period.slot_start_s)
    assert home.query("metering:read_period", wanted, Period) == period
    page = PageOfPeriods(organisation="north", limit=1)
    assert home.query("metering:list_periods", page, Page[Period]).items == [period]


def test_prices_are_stated_in_time_without_overlap_and_within_the_market(town):
    desk = metering.utility(town)

    def refused(**changes):
        refusal = desk.refusal("metering:open_period", metering.request(**changes))
        return refusal.code, refusal.details

    start_s = next(_far)
    desk.submit("metering:open_period", metering.request(slot_start_s=start_s, slots=60), Period)
    end_s = start_s + 3_600
    assert refused(slot_start_s=end_s - 1) == ("PERIOD_OVERLAPS", {"latest_end_s": end_s})
    assert refused(slot_start_s=1)[0] == "PERIOD_HAS_BEGUN"
    high = Int64Array([10**9 + 1])
    assert refused(slot_start_s=end_s, shortfall_nano_per_wh=high)[0] == "PRICE_TOO_HIGH"
    assert (
        refused(slot_start_s=end_s, surplus_nano_per_wh=Int64Array([SHORTFALL + 1]))[0] == "INVALID_ARGUMENT"
    )
    [home] = town.homes(1)
    early = Report(party_id=home.party_id, slot_start_s=start_s, net_wh=Int64Array([0] * 60))
    assert home.refusal("metering:report", early).code == "NOT_YET_DELIVERED"
