import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.auction.matching.books import (
    books,
    bought_by,
    pricings,
    quotes,
    sold_by,
    suits,
    unhurried,
)
from wattloom.chaincode.auction.matching import Pricing, Quote, match


@unhurried
@given(book=books(wishes=True), pricing=pricings)
def test_no_trade_is_outside_anybodys_limits(book, pricing):
    bids, asks = book
    for bid, ask, energy_wh, price in match(bids, asks, pricing):
        assert asks[ask].price_nano_per_wh <= price <= bids[bid].price_nano_per_wh
        assert energy_wh > 0
        assert suits(bids[bid], asks[ask])


@unhurried
@given(book=books(wishes=True), pricing=pricings)
def test_nobody_trades_more_than_it_wants(book, pricing):
    bids, asks = book
    trades = match(bids, asks, pricing)
    for quote, energy_wh in [
        *zip(bids, bought_by(trades, bids), strict=True),
        *zip(asks, sold_by(trades, asks), strict=True),
    ]:
        assert 0 <= energy_wh <= quote.energy_wh


@unhurried
@given(book=books(wishes=True), pricing=pricings)
def test_nobody_goes_home_while_something_that_suits_it_is_left(book, pricing):
    bids, asks = book
    trades = match(bids, asks, pricing)
    short = [bid for bid, got in zip(bids, bought_by(trades, bids), strict=True) if got < bid.energy_wh]
    over = [ask for ask, got in zip(asks, sold_by(trades, asks), strict=True) if got < ask.energy_wh]
    for bid in short:
        for ask in over:
            assert not (suits(bid, ask) and bid.price_nano_per_wh >= ask.price_nano_per_wh)


@unhurried
@given(book=books(wishes=True), pricing=pricings)
def test_withdrawing_a_losing_quote_changes_nothing(book, pricing):
    bids, asks = book
    before = match(bids, asks, pricing)
    bought, sold = bought_by(before, bids), sold_by(before, asks)
    kept_bids = [bid for bid, got in zip(bids, bought, strict=True) if got]
    kept_asks = [ask for ask, got in zip(asks, sold, strict=True) if got]

    def told(trades, bids, asks):
        return [(bids[trade.bid].position, asks[trade.ask].position, *trade[2:]) for trade in trades]

    after = match(kept_bids, kept_asks, pricing)
    assert told(after, kept_bids, kept_asks) == told(before, bids, asks)


@unhurried
@given(book=books(wishes=True), pricing=pricings, seed=st.randoms(use_true_random=False))
def test_the_order_in_which_quotes_are_handed_in_is_of_no_account(book, pricing, seed):
    bids, asks = book
    shuffled = [seed.sample(side, len(side)) for side in book]

    def told(trades, bids, asks):
        return [(bids[trade.bid].position, asks[trade.ask].position, *trade[2:]) for trade in trades]

    assert told(match(*shuffled, pricing), *shuffled) == told(match(bids, asks, pricing), bids, asks)


def test_each_pair_has_its_own_price_unless_pricing_is_uniform():
    bids = quotes([(5, 10), (5, 8)], prefix="b")
    asks = quotes([(5, 1), (5, 4)], prefix="a")
    prices = {
        pricing: [trade.price_nano_per_wh for trade in match(bids, asks, pricing)] for pricing in Pricing
    }
    assert prices == {
        Pricing.PAY_AS_OFFER: [1, 4],
        Pricing.MID_PRICE: [5, 6],
        Pricing.UNIFORM: [6, 6],
    }


@pytest.mark.parametrize("pricing", [Pricing.PAY_AS_OFFER, Pricing.MID_PRICE])
def test_among_equal_prices_the_earlier_on_the_ledger_is_served_first(pricing):
    bids = quotes([(4, 5), (4, 5)], prefix="b")
    trades = match(bids, quotes([(6, 5)], prefix="a"), pricing)
    assert bought_by(trades, bids) == [4, 2]


def test_a_partner_is_served_before_a_better_price():
    bids = [Quote(9, 5, "1", "eva"), Quote(6, 5, "2", "bob")]
    asks = [Quote(3, 5, "3", "sun", partner="bob")]
    assert match(bids, asks, Pricing.PAY_AS_OFFER) == [(1, 0, 5, 3)]


def test_what_a_partner_leaves_is_for_all_others():
    bids = [Quote(9, 5, "1", "eva"), Quote(6, 2, "2", "bob", partner="sun")]
    asks = [Quote(3, 5, "3", "sun")]
    assert match(bids, asks, Pricing.PAY_AS_OFFER) == [(1, 0, 2, 3), (0, 0, 3, 3)]


def test_who_insists_on_green_is_served_with_green_alone():
    bids = [Quote(9, 10, "1", green_only=True)]
    asks = [Quote(1, 4, "2"), Quote(3, 4, "3", green=True)]
    assert match(bids, asks, Pricing.UNIFORM) == [(0, 1, 4, 6)]


def test_a_local_ask_is_sold_in_its_zone_alone():
    bids = [Quote(9, 3, "1", zone="east"), Quote(8, 3, "2", zone="west")]
    asks = [Quote(1, 10, "3", zone="west", local_only=True)]
    assert match(bids, asks, Pricing.PAY_AS_OFFER) == [(1, 0, 3, 1)]


def test_a_restricted_bid_takes_the_cheapest_of_all_kinds_that_suit_it():
    bids = [Quote(9, 9, "1", zone="east", local_only=True)]
    asks = [
        Quote(3, 2, "2", zone="east"),
        Quote(2, 2, "3", zone="east", green=True),
        Quote(1, 2, "4", zone="west"),
        Quote(3, 2, "5", zone="east", local_only=True),
    ]
    assert [trade.ask for trade in match(bids, asks, Pricing.PAY_AS_OFFER)] == [1, 0, 3]
