"""The ledger clears books and closes requests by itself, and bills alike; what does not fit is refused."""

import pytest

from tests.conformance.bidding import FEED_IN, GRID, SLOT_S, Street, ask, bid
from tests.conformance.town import Town, together
from wattloom.chaincode.api import Page
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.messages import (
    AmendOrder,
    Connect,
    EngagementOf,
    Interval,
    MarketOf,
    OrderView,
    PageOfMarkets,
    PageOfOffers,
    PageOfSlot,
    RequestLine,
    SlotOf,
    Suggestion,
)
from wattloom.chaincode.auction.records import (
    Connection,
    Engagement,
    Market,
    Offer,
    Order,
    Request,
    RequestStatus,
    Sealing,
    SlotStatus,
    Tariff,
    Zone,
)
from wattloom.chaincode.auction.units import MAX_ORDERS_OF_HOME

FORFEIT = 7_000
SOON_S = 9
"""How long we have for what comes before the gates close, and how long there is to reveal."""

MONEY_NANO = 10**12


@pytest.fixture(scope="module")
def crowd(ledger, exercised):
    """A town whose markets run at the same time."""
    town = Town(ledger, exercised)
    yield town
    town.close()


@pytest.fixture(scope="module")
def homes(crowd):
    return crowd.homes(4, money_nano=MONEY_NANO)


@pytest.fixture(scope="module")
def standing(crowd, homes):
    """A market whose gate closes tomorrow."""
    zones = [Zone(name="east", fee_nano_per_wh=20)]
    street = Street(crowd, homes, "standing", zones=zones)
    for home in homes[:3]:
        request = Connect(market_id=street.market_id, party_id=home.party_id, zone="east", green=True)
        street.utility.submit("auction:connect", request, Connection)
    return street


@pytest.fixture(scope="module")
def booked(crowd, homes):
    """A book that is cleared soon, and its orders."""
    street = Street(crowd, homes, "book", clears_in_s=SOON_S, pricing=Pricing.UNIFORM)
    terms = [bid(1_000, 250), bid(500, 150), ask(800, 150), ask(300, 290)]
    return street, together(
        lambda home=home, wanted=wanted: street.place(home, wanted)
        for home, wanted in zip(homes, terms, strict=True)
    )


@pytest.fixture(scope="module")
def sealed(crowd, homes):
    """A sealed book, and its orders: bid and ask, and a bid that nobody reveals."""
    sealing = Sealing(reveal_s=SOON_S, forfeit_nano=FORFEIT)
    street = Street(crowd, homes, "sealed", clears_in_s=2 * SOON_S, sealing=sealing)
    buyer, seller, silent, _ = homes
    orders = [
        street.commit(buyer, bid(100, 250), cover_nano=40_000),
        street.commit(seller, ask(100, 200)),
        street.commit(silent, bid(1, 250), cover_nano=250),
        street.commit(buyer, bid(10, 250), cover_nano=2_499),
    ]
    return street, orders


@pytest.fixture(scope="module")
def requested(crowd, homes):
    """A request that is closed soon, and its offers."""
    street = Street(crowd, homes, "requests")
    asked = street.ask_for(homes[0], 1_000, offers_s=SOON_S, max_price_nano_per_wh=250)
    offers = [street.offer(homes[1], asked, 300, 240), street.offer(homes[2], asked, 400, 110)]
    return street, asked, offers


@pytest.fixture(scope="module", autouse=True)
def begun(booked, sealed, requested):
    """Let all of them run before the first is awaited."""


def test_requests_are_told_to_neighbours_without_whose_they_are(requested, homes):
    street, asked, offers = requested
    page = PageOfSlot(**street.where)
    [line] = homes[3].query("auction:list_requests", page, Page[RequestLine]).items
    assert (line.need_wh, line.lowest_nano_per_wh, line.highest_nano_per_wh) == (1_000, FEED_IN, 250)
    own = homes[1].query("auction:read_offer", street.offer_id(asked, offers[0]), Offer)
    assert own.energy_wh == 300


def test_an_offer_that_does_not_fit_is_refused(requested, homes):
    street, asked, _ = requested

    def refused(home, energy_wh, price):
        refusal = home.refusal("auction:place_offer", street.offering(asked, energy_wh, price))
        return refusal.code, refusal.details

    assert refused(homes[0], 10, 200) == ("OWN_REQUEST", {"request_id": asked.request_id})
    bounds = {"lowest_nano_per_wh": FEED_IN, "highest_nano_per_wh": 250}
    assert refused(homes[1], 10, 251) == ("PRICE_OUT_OF_BOUNDS", bounds)
    capacity = {"limit_wh": 10_000, "promised_wh": 300}
    assert refused(homes[1], 9_701, 200) == ("BEYOND_CAPACITY", capacity)
    nothing = {**street.where, "request_id": asked.request_id, "energy_wh": 0, "price_nano_per_wh": 200}
    assert homes[1].refusal("auction:place_offer", nothing).code == "INVALID_ARGUMENT"


def test_sealed_orders_are_revealed_and_matched_and_who_is_silent_pays_for_it(sealed, homes):
    street, (bought, sold, _, uncovered) = sealed
    buyer, seller, _, _ = homes

    def refused(home, order, terms):
        return home.refusal("auction:reveal_order", street.revelation(order, terms)).code

    street.await_time(street.market.closes_s(SLOT_S))
    assert refused(buyer, bought, bid(100, 249)) == "REVEAL_MISMATCH"
    assert refused(buyer, uncovered, bid(10, 250)) == "NOT_COVERED"
    assert refused(seller, bought, bid(100, 250)) == "FORBIDDEN"
    buyer.submit("auction:reveal_order", street.revelation(bought, bid(100, 250)), Order)
    seller.submit("auction:reveal_order", street.revelation(sold, ask(100, 200)), Order)
    street.await_event("book_settled", "auction:clear")
    assert street.slot().volume_wh == 100
    assert street.town.account(street.utility).free_nano == 2 * FORFEIT
    assert refused(buyer, uncovered, bid(10, 250)) == "NOT_REVEALING"


def test_the_ledger_takes_the_cheapest_offers_and_the_grid_supplies_the_rest(requested, homes):
    street, asked, _ = requested
    street.await_event("request_closed", "auction:close_request")
    done = homes[0].query("auction:read_request", street.request_id(asked), Request)
    assert (done.status, done.neighbours_wh, done.grid_wh) == (RequestStatus.SETTLED, 700, 300)
    assert done.amount_nano == 400 * 110 + 300 * 240 + 300 * GRID
    page = PageOfOffers(market_id=street.market_id, request_id=asked.request_id)
    sold = street.utility.query("auction:list_offers", page, Page[Offer]).items
    assert sorted((offer.accepted_wh, offer.amount_nano) for offer in sold) == [(300, 72_000), (400, 44_000)]
    assert street.town.account(street.utility).free_nano == 300 * GRID
    meant = Interval(market_id=street.market_id, start_s=SLOT_S)
    said = homes[3].query("auction:suggest_price", meant, Suggestion)
    assert (said.trades, said.mean_nano_per_wh) == (2, (400 * 110 + 300 * 240) // 700)
    late = homes[3].refusal("auction:place_offer", street.offering(asked, 1, 200))
    assert (late.code, late.details["until_s"]) == ("BIDDING_CLOSED", asked.until_s)


def test_the_ledger_clears_the_book_at_one_price(booked, homes):
    street, orders = booked
    street.await_event("book_settled", "auction:clear")
    slot = street.slot()
    assert (slot.status, slot.volume_wh, slot.price_nano_per_wh) == (SlotStatus.SETTLED, 800, 200)
    views = [
        home.query("auction:read_order", street.meant(order), OrderView)
        for home, order in zip(homes, orders, strict=True)
    ]
    assert [(view.fill.energy_wh, view.fill.amount_nano) for view in views] == [
        (800, 160_000),
        (0, 0),
        (800, -160_000),
        (0, 0),
    ]
    listed = street.utility.query("auction:list_orders", PageOfSlot(**street.where), Page[Order]).items
    assert {order.order_id for order in listed} == {order.order_id for order in orders}
    late = homes[0].refusal("auction:place_order", street.order(bid(1, 200)))
    assert (late.code, late.details["closed_s"]) == ("BOOK_CLOSED", street.market.closes_s(SLOT_S))


def test_money_is_conserved_over_all_of_it(crowd, homes, booked, sealed, requested):
    streets = [booked[0], sealed[0], requested[0]]
    members = [*homes, *(street.utility for street in streets)]
    accounts = [crowd.account(member) for member in members]
    assert sum(account.free_nano + account.locked_nano for account in accounts) == len(homes) * MONEY_NANO
    assert {account.locked_nano for account in accounts} == {0}


def test_an_order_is_amended_and_cancelled_and_its_money_is_free_again(standing, homes):
    anna = homes[0]
    before = standing.town.account(anna)
    order = standing.place(anna, bid(100, 250, green_only=True, local_only=True))
    amended = AmendOrder(**standing.where, order_id=order.order_id, energy_wh=90, price_nano_per_wh=240)
    changed = anna.submit("auction:amend_order", amended, Order).result
    assert changed.position > order.position
    assert standing.town.account(anna).locked_nano == before.locked_nano + 90 * 240
    other = homes[1].refusal("auction:cancel_order", standing.meant(order))
    assert other.code == "FORBIDDEN"
    anna.submit("auction:cancel_order", standing.meant(order))
    assert standing.town.account(anna) == before


def test_an_order_that_does_not_fit_is_refused(standing, homes):
    anna, bert, _, stranger = homes

    def refused(home, terms):
        refusal = home.refusal("auction:place_order", standing.order(terms))
        return refusal.code, refusal.details

    held = standing.place(bert, ask(6_000, 200))
    assert refused(stranger, bid(1, 200)) == ("NOT_CONNECTED", {"party_id": stranger.party_id})
    bounds = {"lowest_nano_per_wh": FEED_IN, "highest_nano_per_wh": GRID}
    assert refused(anna, bid(1, GRID + 1)) == ("PRICE_OUT_OF_BOUNDS", bounds)
    assert refused(bert, bid(1, 200)) == ("OTHER_SIDE", {"side": "sell"})
    assert refused(bert, ask(4_001, 200)) == ("BEYOND_CAPACITY", {"limit_wh": 10_000, "promised_wh": 6_000})
    sealed = anna.refusal("auction:commit_order", standing.sealed(anna, bid(1, 200)))
    assert (sealed.code, sealed.details) == ("WRONG_FORM", {"needed": "open"})
    bert.submit("auction:cancel_order", standing.meant(held))


def test_a_bid_that_is_not_funded_is_refused(town):
    [poor] = town.homes(1, money_nano=100)
    street = Street(town, [poor], "poor")
    refusal = poor.refusal("auction:place_order", street.order(bid(1, 101)))
    assert (refusal.code, refusal.details) == ("INSUFFICIENT_FUNDS", {"needed_nano": 101, "free_nano": 100})


def test_a_home_has_a_limited_number_of_orders_in_a_slot(standing, homes):
    cleo = homes[2]
    together(lambda: standing.place(cleo, bid(1, 200)) for _ in range(MAX_ORDERS_OF_HOME))
    refusal = cleo.refusal("auction:place_order", standing.order(bid(1, 200)))
    assert (refusal.code, refusal.details) == ("TOO_MANY_ORDERS", {"limit": MAX_ORDERS_OF_HOME})
    meant = EngagementOf(**standing.where, party_id=cleo.party_id)
    assert len(cleo.query("auction:read_engagement", meant, Engagement).orders) == MAX_ORDERS_OF_HOME
    assert homes[0].refusal("auction:read_engagement", meant, query=True).code == "FORBIDDEN"


def test_an_offer_may_be_withdrawn_and_a_need_left_to_the_grid(standing, homes):
    anna, bert, *_ = homes
    asked = standing.ask_for(anna, 100, offers_s=3_600)
    offer = standing.offer(bert, asked, 100, 200)
    bert.submit("auction:withdraw_offer", standing.offer_id(asked, offer))
    assert bert.refusal("auction:read_offer", standing.offer_id(asked, offer), query=True).code == "NOT_FOUND"
    before = standing.town.account(standing.utility).free_nano
    done = standing.ask_for(anna, 100, bidding=False)
    assert (done.grid_wh, done.amount_nano) == (100, 100 * GRID)
    assert standing.town.account(standing.utility).free_nano == before + 100 * GRID


def test_what_comes_too_late_or_has_no_tariff_is_refused(standing, homes):
    anna = homes[0]
    late = anna.refusal("auction:request_energy", standing.need(1, start_s=1_000_000))
    assert (late.code, late.details["start_s"]) == ("TOO_LATE_TO_BID", 1_000_000)
    unstated = SLOT_S + 86_400
    refusal = anna.refusal("auction:request_energy", standing.need(1, start_s=unstated))
    assert (refusal.code, refusal.details) == ("NO_TARIFF", {"at_s": unstated})


def test_markets_and_tariffs_are_for_all_to_read_and_for_the_utility_to_state(standing, homes):
    anna = homes[0]
    meant = MarketOf(market_id=standing.market_id)
    assert anna.query("auction:read_market", meant, Market) == standing.market
    page = anna.query("auction:list_markets", PageOfMarkets(limit=1_000), Page[Market])
    assert standing.market in page.items
    stated = anna.query("auction:read_tariff", SlotOf(**standing.where), Tariff)
    assert stated.grid_nano_per_wh.values == (GRID,)
    tomorrow = SLOT_S + 86_400
    dear = standing.tariff(grid=10**9 + 1, day_start_s=tomorrow)
    refusal = standing.utility.refusal("auction:set_tariff", dear)
    assert (refusal.code, refusal.details) == ("TARIFF_TOO_HIGH", {"highest_nano_per_wh": 10**9})
    assert standing.utility.refusal("auction:set_tariff", standing.tariff()).code == "ALREADY_EXISTS"
    assert anna.refusal("auction:set_tariff", standing.tariff(day_start_s=tomorrow)).code == "FORBIDDEN"
