from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.auction.matching.books import unhurried
from tests.chaincode.auction.neighbourhood import FEED_IN, GRID
from wattloom.chaincode.auction.recent import TRADES, mean_price
from wattloom.chaincode.auction.suggesting import scarcity

wh = st.integers(0, 10**10)


def test_before_there_are_trades_the_middle_of_the_grids_prices_is_suggested(street):
    said = street.suggestion()
    assert (said.price_nano_per_wh, said.trades) == ((GRID + FEED_IN) // 2, 0)


def test_need_raises_the_price_and_surplus_lowers_it(street):
    anna, bert, _ = street.homes
    street.bid(anna, 300, 250)
    assert street.suggestion().price_nano_per_wh == 200 + 100
    street.ask(bert, 100, 150)
    assert street.suggestion().price_nano_per_wh == 200 + 200 * (300 - 100) // (2 * 400)


def test_it_follows_what_was_paid_lately_weighted_by_energy(street):
    anna, bert, cleo = street.homes
    asked = street.ask_for(anna, 400)
    street.offer(bert, asked, 100, 120)
    street.offer(cleo, asked, 300, 160)
    street.time_out(asked)
    said = street.suggestion()
    assert (said.price_nano_per_wh, said.mean_nano_per_wh, said.trades) == (150, 150, 2)


def test_a_cleared_book_counts_as_one_trade_at_its_mean_price(street):
    anna, bert, _ = street.homes
    street.bid(anna, 100, 250)
    street.ask(bert, 50, 130)
    street.ask(bert, 50, 140)
    street.clear()
    assert (street.suggestion().mean_nano_per_wh, street.suggestion().trades) == (135, 1)


def test_old_trades_are_forgotten(street):
    anna, bert, _ = street.homes
    for price in (120, *[200] * TRADES):
        asked = street.ask_for(anna, 10, offers_s=1)
        street.offer(bert, asked, 10, price)
        street.time_out(asked)
    assert (street.suggestion().mean_nano_per_wh, street.suggestion().trades) == (200, TRADES)


def test_it_never_leaves_the_grids_prices(street):
    anna, bert, _ = street.homes
    asked = street.ask_for(anna, 10)
    street.offer(bert, asked, 10, GRID)
    street.time_out(asked)
    street.bid(anna, 300, 250)
    assert street.suggestion().price_nano_per_wh == GRID


@unhurried
@given(span=st.integers(0, 10**9), demand=wh, supply=wh)
def test_scarcity_moves_the_price_by_half_the_span_at_most(span, demand, supply):
    moved = scarcity(span, demand, supply)
    assert -(span + 1) // 2 <= moved <= span // 2
    assert (moved > 0) <= (demand > supply)


@unhurried
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 100)), min_size=1))
def test_a_mean_lies_between_the_prices(trades):
    prices = [price for price, _ in trades]
    assert min(prices) <= mean_price(trades) <= max(prices)
