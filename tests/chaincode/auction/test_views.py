import pytest

from tests.chaincode.auction.neighbourhood import AUDITOR, MARKET, SLOT_S, UTILITY
from wattloom.chaincode.api import Forbidden, NotFound, Page
from wattloom.chaincode.auction.messages import (
    MarketOf,
    OfferId,
    PageOfMarkets,
    PageOfOffers,
    PageOfSlot,
    RequestLine,
    SlotOf,
)
from wattloom.chaincode.auction.records import Market, Offer, Order, Tariff
from wattloom.chaincode.testing import caller

OTHER_UTILITY = caller("south.grid", "utility")


def slot_page(**more):
    return PageOfSlot(market_id=MARKET, slot_start_s=SLOT_S, **more)


def test_everybody_reads_markets_and_tariffs(street):
    guest = caller("east.guest", "participant")
    [listed] = street.evaluate(guest, "auction:list_markets", PageOfMarkets(), Page[Market]).items
    assert street.evaluate(guest, "auction:read_market", MarketOf(market_id=MARKET), Market) == listed
    day = SlotOf(market_id=MARKET, slot_start_s=SLOT_S)
    assert street.evaluate(guest, "auction:read_tariff", day, Tariff).grid_nano_per_wh.values == (300,)


@pytest.mark.parametrize("who", [UTILITY, AUDITOR])
def test_the_markets_utility_and_auditors_see_whose_orders_there_are(street, who):
    for home in street.homes:
        street.bid(home, 10, 200)
    first = street.evaluate(who, "auction:list_orders", slot_page(limit=2), Page[Order])
    rest = street.evaluate(who, "auction:list_orders", slot_page(bookmark=first.bookmark), Page[Order])
    assert [order.party_id for order in (*first.items, *rest.items)] == [
        home.party_id for home in street.homes
    ]


def test_a_home_reads_its_own_orders_and_nobody_elses(street):
    anna, bert, _ = street.homes
    order = street.bid(anna, 10, 200)
    assert street.order(order, anna).order == order
    assert street.engagement(anna, anna).orders == [order.order_id]
    for stranger in (bert, OTHER_UTILITY):
        with pytest.raises(Forbidden):
            street.order(order, stranger)
        with pytest.raises(Forbidden):
            street.engagement(anna, stranger)
    with pytest.raises(Forbidden):
        street.evaluate(bert, "auction:list_orders", slot_page(), Page[Order])


def test_requests_are_listed_without_their_homes(street):
    anna, bert, _ = street.homes
    asked = street.ask_for(anna, 10)
    [line] = street.evaluate(bert, "auction:list_requests", slot_page(), Page[RequestLine]).items
    assert (line.request_id, line.need_wh) == (asked.request_id, 10)
    assert street.request(asked, anna) == asked
    with pytest.raises(Forbidden):
        street.request(asked, bert)


def test_an_offer_is_read_by_its_home_and_not_by_the_buyer(street):
    anna, bert, _ = street.homes
    asked = street.ask_for(anna, 10)
    offer = street.offer(bert, asked, 10, 200)
    meant = OfferId(
        market_id=MARKET, slot_start_s=SLOT_S, request_id=asked.request_id, offer_id=offer.offer_id
    )
    assert street.evaluate(bert, "auction:read_offer", meant, Offer) == offer
    with pytest.raises(Forbidden):
        street.evaluate(anna, "auction:read_offer", meant, Offer)
    page = PageOfOffers(market_id=MARKET, request_id=asked.request_id)
    with pytest.raises(Forbidden):
        street.evaluate(bert, "auction:list_offers", page, Page[Offer])


def test_what_is_not_there_is_not_found(street):
    with pytest.raises(NotFound):
        street.evaluate(AUDITOR, "auction:read_market", MarketOf(market_id="nowhere"), Market)
    day = SlotOf(market_id=MARKET, slot_start_s=SLOT_S + 86_400)
    with pytest.raises(NotFound):
        street.evaluate(AUDITOR, "auction:read_tariff", day, Tariff)
