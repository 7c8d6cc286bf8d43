import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.chaincode.auction.matching.books import books, bought_by, plain, quotes, sold_by, unhurried
from wattloom.chaincode.auction.matching import Pricing, match


def clear(bids, asks):
    trades = match(bids, asks, Pricing.UNIFORM)
    return sum(trade.energy_wh for trade in trades), {trade.price_nano_per_wh for trade in trades}, trades


def best_welfare(bids, asks):
    """Return the largest sum of what bids are worth less what asks cost, by a linear programme."""
    sides = [*bids, *asks]
    worth = [bid.price_nano_per_wh for bid in bids] + [-ask.price_nano_per_wh for ask in asks]
    balance = np.array([[1.0] * len(bids) + [-1.0] * len(asks)])
    bounds = [(0, quote.energy_wh) for quote in sides]
    found = linprog(-np.array(worth, dtype=float), A_eq=balance, b_eq=[0.0], bounds=bounds, method="highs")
    assert found.status == 0
    return -found.fun


@unhurried
@given(book=books())
def test_it_is_worth_as_much_as_the_best_linear_programme_finds(book):
    bids, asks = book
    if not (bids and asks):
        return
    _, _, trades = clear(bids, asks)
    worth = sum(
        trade.energy_wh * (bids[trade.bid].price_nano_per_wh - asks[trade.ask].price_nano_per_wh)
        for trade in trades
    )
    assert abs(worth - best_welfare(bids, asks)) < 1e-6


@unhurried
@given(book=books())
def test_no_price_would_trade_more(book):
    bids, asks = book
    volume, _, _ = clear(bids, asks)
    possible = [
        min(
            sum(bid.energy_wh for bid in bids if bid.price_nano_per_wh >= price),
            sum(ask.energy_wh for ask in asks if ask.price_nano_per_wh <= price),
        )
        for price in range(14)
    ]
    assert volume == max(possible)


@unhurried
@given(book=books(), seed=st.randoms(use_true_random=False))
def test_who_came_first_changes_neither_price_nor_volume(book, seed):
    bids, asks = book

    def anew(side):
        wishes = [(quote.energy_wh, quote.price_nano_per_wh) for quote in side]
        return quotes(seed.sample(wishes, len(wishes)))

    assert clear(anew(bids), anew(asks))[:2] == clear(bids, asks)[:2]


@unhurried
@given(book=books())
def test_everybody_pays_and_is_paid_one_price(book):
    _, prices, trades = clear(*book)
    assert len(prices) == (1 if trades else 0)


@unhurried
@given(book=books())
def test_better_prices_are_served_wholly_before_worse_ones_are_served_at_all(book):
    bids, asks = book
    _, _, trades = clear(bids, asks)
    for side, got, sign in (
        (bids, bought_by(trades, bids), -1),
        (asks, sold_by(trades, asks), 1),
    ):
        served = [quote.price_nano_per_wh * sign for quote, energy in zip(side, got, strict=True) if energy]
        for quote, energy in zip(side, got, strict=True):
            if served and quote.price_nano_per_wh * sign < max(served):
                assert energy == quote.energy_wh


@unhurried
@given(demand=plain(max_size=6, max_price=0), energy_wh=st.integers(1, 30))
def test_equal_bids_share_what_there_is_in_proportion(demand, energy_wh):
    bids = quotes(demand)
    _, _, trades = clear(bids, quotes([(energy_wh, 0)]))
    wanted = sum(bid.energy_wh for bid in bids)
    got = bought_by(trades, bids)
    assert sum(got) == min(wanted, energy_wh)
    for bid, share in zip(bids, got, strict=True):
        assert share >= bid.energy_wh * min(wanted, energy_wh) // wanted


def test_the_price_is_the_middle_of_the_last_that_are_served():
    bids = quotes([(5, 20), (5, 11), (5, 9)], prefix="b")
    asks = quotes([(4, 1), (6, 4), (9, 10)], prefix="a")
    assert clear(bids, asks)[:2] == (10, {7})


def test_nothing_is_traded_where_no_bid_pays_what_an_ask_wants():
    assert clear(quotes([(5, 3)]), quotes([(5, 4)])) == (0, set(), [])
