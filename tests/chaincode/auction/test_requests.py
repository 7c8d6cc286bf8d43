import pytest
from msgspec.structs import replace

from tests.chaincode.auction.neighbourhood import (
    DAY_S,
    FEED_IN,
    GRID,
    SLOT_S,
    START_S,
    UTILITY,
    Neighbourhood,
)
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.api import Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.auction.errors import (
    BeyondCapacity,
    BiddingClosed,
    BookFull,
    OwnRequest,
    PriceOutOfBounds,
    TooLateToBid,
)
from wattloom.chaincode.auction.records import RequestStatus, Zone
from wattloom.chaincode.testing import caller


@pytest.fixture
def asked(street):
    """What the first home asks for: 1,000 Wh at no more than 250."""
    return street.ask_for(street.homes[0], 1_000, max_price_nano_per_wh=250)


def test_the_grid_supplies_at_once_where_nobody_is_to_bid(street):
    anna = street.homes[0]
    done = street.ask_for(anna, 1_000, bidding=False)
    assert (done.status, done.grid_wh, done.amount_nano) == (RequestStatus.SETTLED, 1_000, 300_000)
    assert (street.spent_nano(anna), street.account(UTILITY).free_nano) == (300_000, 300_000)
    assert street.metered_trade_wh(anna) == 1_000


def test_a_request_locks_what_the_grid_would_charge(street, asked):
    assert street.account(street.homes[0]).locked_nano == 1_000 * GRID
    assert street.slot().demand_wh == 1_000


def test_the_cheapest_offers_are_taken_and_the_grid_supplies_the_rest(street, asked):
    anna, bert, cleo = street.homes
    dear, cheap = street.offer(bert, asked, 600, 240), street.offer(cleo, asked, 300, 120)
    street.time_out(asked)
    done = street.request(asked)
    assert (done.status, done.neighbours_wh, done.grid_wh) == (RequestStatus.SETTLED, 900, 100)
    assert done.amount_nano == 600 * 240 + 300 * 120 + 100 * GRID == street.spent_nano(anna)
    assert (street.spent_nano(bert), street.spent_nano(cleo)) == (-600 * 240, -300 * 120)
    assert street.account(UTILITY).free_nano == 100 * GRID
    assert [street.metered_trade_wh(home) for home in street.homes] == [1_000, -600, -300]
    sold = {offer.offer_id: (offer.accepted_wh, offer.amount_nano) for offer in street.offers(asked)}
    assert sold == {dear.offer_id: (600, 144_000), cheap.offer_id: (300, 36_000)}
    assert street.locked_nano() == 0


def test_among_equal_offers_the_first_on_the_ledger_is_taken(street, asked):
    _, bert, cleo = street.homes
    street.offer(cleo, asked, 800, 150)
    street.offer(bert, asked, 800, 150)
    street.time_out(asked)
    assert [offer.accepted_wh for offer in street.offers(asked)] == [800, 200]


def test_what_was_offered_in_vain_can_be_promised_again(street, asked):
    _, bert, cleo = street.homes
    street.offer(cleo, asked, 900, 150)
    street.offer(bert, asked, 800, 160)
    assert street.slot().supply_wh == 1_700
    street.time_out(asked)
    assert [street.engagement(home).selling_wh for home in (cleo, bert)] == [900, 100]
    assert (street.slot().demand_wh, street.slot().supply_wh) == (0, 0)


def test_a_withdrawn_offer_is_not_taken(street, asked, refused):
    _, bert, cleo = street.homes
    offer = street.offer(bert, asked, 800, 150)
    refused(Forbidden, street.withdraw, cleo, asked, offer)
    street.withdraw(bert, asked, offer)
    refused(NotFound, street.withdraw, bert, asked, offer)
    assert street.engagement(bert).selling_wh == 0
    street.time_out(asked)
    assert street.request(asked).grid_wh == 1_000


def test_withdrawing_a_losing_offer_changes_nothing_for_anybody():
    def spent(*, withdrawn):
        street = Neighbourhood(3)
        asked = street.ask_for(street.homes[0], 500)
        street.offer(street.homes[1], asked, 500, 150)
        losing = street.offer(street.homes[2], asked, 500, 151)
        if withdrawn:
            street.withdraw(street.homes[2], asked, losing)
        street.time_out(asked)
        return [street.spent_nano(home) for home in street.homes]

    assert spent(withdrawn=True) == spent(withdrawn=False)


def test_offers_are_taken_until_the_timeout_and_not_a_second_longer(street, asked, refused):
    _, bert, cleo = street.homes
    offer = street.offer(bert, asked, 10, 150)
    street.advance_to(asked.until_s)
    street.offer(cleo, asked, 10, 150)
    street.time_out(asked)
    refusal = refused(BiddingClosed, street.offer, bert, asked, 10, 150)
    assert refusal.details == {"until_s": asked.until_s, "block_time_s": asked.until_s + 1}
    refused(BiddingClosed, street.withdraw, bert, asked, offer)


def test_nobody_sells_to_itself(street, asked, refused):
    refusal = refused(OwnRequest, street.offer, street.homes[0], asked, 10, 150)
    assert refusal.details == {"request_id": asked.request_id}


@pytest.mark.parametrize("energy_wh", [0, -1, 10**6 + 1])
def test_no_energy_or_too_much_of_it_is_refused(street, asked, refused, energy_wh):
    refused(InvalidArgument, street.offer, street.homes[1], asked, energy_wh, 150)
    refused(InvalidArgument, street.ask_for, street.homes[1], energy_wh)


def test_an_offer_is_within_the_feed_in_tariff_and_the_buyers_maximum(street, asked, refused):
    for price in (FEED_IN - 1, 251):
        refusal = refused(PriceOutOfBounds, street.offer, street.homes[1], asked, 10, price)
        assert refusal.details == {"lowest_nano_per_wh": FEED_IN, "highest_nano_per_wh": 250}


@pytest.mark.parametrize("price", [FEED_IN - 1, GRID + 1])
def test_a_maximum_is_within_the_grids_prices(street, refused, price):
    refused(PriceOutOfBounds, street.ask_for, street.homes[0], 10, max_price_nano_per_wh=price)


def test_a_home_promises_no_more_than_its_registered_limit(street, asked, refused):
    anna, bert, _ = street.homes
    street.offer(bert, asked, 9_000, 150)
    refusal = refused(BeyondCapacity, street.offer, bert, asked, 1_001, 150)
    assert refusal.details == {"limit_wh": 10_000, "promised_wh": 9_000}
    refused(BeyondCapacity, street.ask, bert, 1_001, 150)
    refused(BeyondCapacity, street.ask_for, anna, 9_001)


def test_a_request_without_money_is_refused():
    poor = Neighbourhood(1, money_nano=2_999)
    before = poor.state()
    with pytest.raises(InsufficientFunds):
        poor.ask_for(poor.homes[0], 10)
    assert poor.state() == before


def test_offers_must_be_awaited_before_delivery_begins(street, refused):
    anna = street.homes[0]
    refusal = refused(TooLateToBid, street.ask_for, anna, 10, start_s=START_S + 60, offers_s=60)
    assert refusal.details == {"start_s": START_S + 60, "earliest_s": START_S + 61}
    street.ask_for(anna, 10, start_s=START_S + 61, offers_s=60)
    refused(TooLateToBid, street.ask_for, anna, 10, start_s=START_S, bidding=False)


def test_a_request_that_can_be_closed_only_after_delivery_has_begun_is_void(street, asked):
    anna, bert, _ = street.homes
    street.offer(bert, asked, 10, 150)
    street.advance_to(SLOT_S)
    assert street.request(asked).status is RequestStatus.VOID
    assert (street.spent_nano(anna), street.locked_nano()) == (0, 0)
    assert (street.engagement(anna).buying_wh, street.engagement(bert).selling_wh) == (0, 0)
    assert (street.slot().demand_wh, street.slot().supply_wh) == (0, 0)


def test_a_request_takes_a_limited_number_of_offers(street, asked, refused, monkeypatch):
    monkeypatch.setattr("wattloom.chaincode.auction.requests.MAX_OFFERS", 1)
    street.offer(street.homes[1], asked, 1, 150)
    refused(BookFull, street.offer, street.homes[2], asked, 1, 150)


def test_who_is_not_known_neither_asks_nor_offers(street, asked, refused):
    refused(NotFound, street.ask_for, caller("north.nobody", "home"), 10)
    refused(NotFound, street.offer, caller("north.nobody", "home"), asked, 10, 150)
    elsewhere = replace(asked, request_id="0000000001.000000")
    refused(NotFound, street.offer, street.homes[1], elsewhere, 10, 150)


def test_an_interval_across_slots_is_priced_by_the_time_in_each(street, refused):
    street.set_tariff([*[100] * 10, *[401] * 14], (7,), day_start_s=DAY_S + 86_400)
    start_s = DAY_S + 86_400 + 10 * 3_600 - 600
    asked = street.ask_for(street.homes[0], 10, start_s=start_s, duration_s=900, bidding=False)
    assert asked.grid_nano_per_wh == (600 * 100 + 300 * 401) // 900
    refused(InvalidArgument, street.ask_for, street.homes[0], 10, duration_s=3_601)


def test_the_fee_of_the_buyers_zone_is_part_of_what_it_pays():
    street = Neighbourhood(2, zones=[Zone(name="far", fee_nano_per_wh=40)])
    anna, bert = street.homes
    street.connect(anna, "far")
    asked = street.ask_for(anna, 100, max_price_nano_per_wh=200)
    with pytest.raises(PriceOutOfBounds):
        street.offer(bert, asked, 100, 161)
    street.offer(bert, asked, 100, 160)
    street.time_out(asked)
    assert street.spent_nano(anna) == 100 * 200
    assert street.account(UTILITY).free_nano == 100 * 40


def test_neighbours_learn_what_is_needed_and_not_by_whom(street, asked):
    [event] = [event for event in street.events if event.name == "energy_requested"]
    assert b'"need_wh":1000' in event.payload
    assert street.homes[0].party_id.encode() not in event.payload
