import pytest
from msgspec.structs import replace

from tests.chaincode.auction.neighbourhood import FEED_IN, GATE_S, GRID, MARKET, SLOT_S, Neighbourhood
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.api import Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.auction import units
from wattloom.chaincode.auction.errors import (
    BeyondCapacity,
    BookClosed,
    BookFull,
    OtherSide,
    PriceOutOfBounds,
    TooManyOrders,
    WrongForm,
)
from wattloom.chaincode.auction.messages import PlaceOrder
from wattloom.chaincode.auction.records import OrderTerms, Sealing, Side
from wattloom.chaincode.testing import caller


def test_a_bid_locks_the_most_it_can_cost_and_an_ask_nothing(street):
    anna, bert, _ = street.homes
    street.bid(anna, 1_000, 250)
    street.ask(bert, 1_000, 150)
    assert street.account(anna).locked_nano == 250_000
    assert street.account(bert).locked_nano == 0


def test_an_order_touches_a_few_records_however_many_there_are(street):
    for _ in range(5):
        street.bid(street.homes[0], 10, 200)
    many = street.state()
    street.bid(street.homes[1], 10, 200)
    after = street.state()

    def changed(one, other):
        pairs = {(name, key) for state in (one, other) for name in state for key in state[name]}
        return {pair for pair in pairs if one[pair[0]].get(pair[1]) != other[pair[0]].get(pair[1])}

    assert len(changed(many, after)) == 4


@pytest.mark.parametrize("energy_wh", [0, -5, 10**6 + 1])
@pytest.mark.parametrize("side", Side)
def test_no_energy_or_too_much_of_it_is_refused(street, refused, side, energy_wh):
    refused(InvalidArgument, street.place, street.homes[0], side, energy_wh, 200)


@pytest.mark.parametrize("price", [FEED_IN - 1, GRID + 1])
@pytest.mark.parametrize("side", Side)
def test_nobody_can_be_worse_off_than_with_the_grid(street, refused, side, price):
    refusal = refused(PriceOutOfBounds, street.place, street.homes[0], side, 10, price)
    assert refusal.details == {"lowest_nano_per_wh": FEED_IN, "highest_nano_per_wh": GRID}


def test_a_price_below_zero_is_no_price(street, refused):
    refused(InvalidArgument, street.bid, street.homes[0], 10, -1)


def test_a_bid_without_money_is_refused(refused, street):
    poor = Neighbourhood(1, money_nano=1_000)
    before = poor.state()
    with pytest.raises(InsufficientFunds):
        poor.bid(poor.homes[0], 10, 101)
    assert poor.state() == before


def test_a_home_promises_no_more_than_its_registered_limit(street, refused):
    anna = street.homes[0]
    street.ask(anna, 6_000, 200)
    refusal = refused(BeyondCapacity, street.ask, anna, 4_001, 200)
    assert refusal.details == {"limit_wh": 10_000, "promised_wh": 6_000}
    street.ask(anna, 4_000, 200)


def test_a_home_trades_on_one_side_of_a_slot(street, refused):
    anna = street.homes[0]
    order = street.ask(anna, 10, 200)
    refused(OtherSide, street.bid, anna, 10, 200)
    street.cancel(anna, order)
    street.bid(anna, 10, 200)


def test_a_home_has_a_limited_number_of_orders_in_a_slot(street, refused):
    for _ in range(units.MAX_ORDERS_OF_HOME):
        street.bid(street.homes[0], 1, 200)
    refused(TooManyOrders, street.bid, street.homes[0], 1, 200)


def test_a_book_takes_a_limited_number_of_orders(street, refused, monkeypatch):
    monkeypatch.setattr("wattloom.chaincode.auction.slots.MAX_ORDERS", 2)
    street.bid(street.homes[0], 1, 200)
    street.bid(street.homes[1], 1, 200)
    refused(BookFull, street.bid, street.homes[2], 1, 200)


def test_the_gate_closes_with_the_second_it_names(street, refused):
    anna, bert, _ = street.homes
    order = street.bid(anna, 10, 200)
    street.advance_to(SLOT_S - GATE_S)
    street.bid(bert, 10, 200)
    street.advance_to(SLOT_S - GATE_S + 1)
    refusal = refused(BookClosed, street.bid, bert, 10, 200)
    assert refusal.details == {"closed_s": SLOT_S - GATE_S, "block_time_s": SLOT_S - GATE_S + 1}
    refused(BookClosed, street.amend, anna, order, 5, 200)
    refused(BookClosed, street.cancel, anna, order)


def test_slots_begin_at_multiples_of_their_length(street, refused):
    refused(InvalidArgument, street.bid, street.homes[0], 10, 200, slot_start_s=SLOT_S + 900)


def test_wishes_that_make_no_sense_are_refused(street, refused):
    anna = street.homes[0]
    refused(InvalidArgument, street.bid, anna, 10, 200, partner=anna.party_id)
    refused(InvalidArgument, street.ask, anna, 10, 200, green_only=True)


def test_a_sealed_market_takes_no_open_orders():
    street = Neighbourhood(1, sealing=Sealing(reveal_s=60, forfeit_nano=5))
    with pytest.raises(WrongForm):
        street.bid(street.homes[0], 10, 200)


def test_who_is_no_home_or_not_known_places_nothing(street, refused):
    refused(NotFound, street.ask, caller("north.nobody", "home"), 10, 200)
    refused(Forbidden, street.ask, caller("north.h00", "utility"), 10, 200)
    terms = OrderTerms(side=Side.SELL, energy_wh=1, price_nano_per_wh=200)
    elsewhere = PlaceOrder(market_id="nowhere", slot_start_s=SLOT_S, terms=terms)
    refused(NotFound, street.submit, street.homes[0], "auction:place_order", elsewhere)


def test_an_amended_order_locks_what_it_can_cost_now_and_stands_behind_its_equals(street):
    anna, bert, cleo = street.homes
    first = street.bid(anna, 100, 250)
    second = street.bid(bert, 100, 200)
    amended = street.amend(anna, first, 120, 200)
    assert (amended.order_id, amended.position > second.position) == (first.order_id, True)
    assert street.account(anna).locked_nano == 24_000
    assert street.engagement(anna).buying_wh == 120
    assert street.slot().demand_wh == 220
    street.ask(cleo, 100, 150)
    street.clear()
    assert (street.fill(first).energy_wh, street.fill(second).energy_wh) == (0, 100)


def test_an_amendment_is_held_to_the_same_limits(street, refused):
    anna, bert, _ = street.homes
    order = street.bid(anna, 100, 250)
    refused(PriceOutOfBounds, street.amend, anna, order, 100, GRID + 1)
    refused(BeyondCapacity, street.amend, anna, order, 10_001, 250)
    refused(Forbidden, street.amend, bert, order, 100, 250)
    refused(NotFound, street.amend, anna, replace(order, order_id="0000000001.000000"), 1, 250)


@pytest.mark.parametrize("energy_wh", [0, -5, 10**6 + 1])
def test_an_amendment_to_no_energy_or_too_much_of_it_is_refused(street, refused, energy_wh):
    anna = street.homes[0]
    refused(InvalidArgument, street.amend, anna, street.bid(anna, 100, 250), energy_wh, 250)


def test_an_amendment_beyond_the_homes_money_is_refused():
    poor = Neighbourhood(1, money_nano=1_000)
    order = poor.bid(poor.homes[0], 10, 100)
    before = poor.state()
    with pytest.raises(InsufficientFunds):
        poor.amend(poor.homes[0], order, 10, 101)
    assert poor.state() == before


def test_a_cancelled_order_leaves_nothing_behind_but_its_events(street, refused):
    anna, bert, _ = street.homes
    order = street.bid(anna, 100, 250)
    refused(Forbidden, street.cancel, bert, order)
    street.cancel(anna, order)
    assert street.account(anna).locked_nano == 0
    assert (street.slot().orders, street.slot().demand_wh) == (0, 0)
    assert street.engagement(anna).orders == []
    street.clear()
    assert street.spent_nano(anna) == 0


def test_events_do_not_say_whose_an_order_is(street):
    anna = street.homes[0]
    street.cancel(anna, street.amend(anna, street.bid(anna, 100, 250), 90, 240))
    said = [event for event in street.events if event.name.startswith("order_")]
    assert [event.name for event in said] == ["order_quoted", "order_quoted", "order_cancelled"]
    assert all(MARKET.encode() in event.payload for event in said)
    assert not any(anna.party_id.encode() in event.payload for event in said)
