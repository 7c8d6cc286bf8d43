"""Bidding strategies: nobody quotes worse than the grid, and learners follow the suggested price."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.market.auction.strategies import (
    Learning,
    Situation,
    Strategy,
    StrategyName,
    TariffAnchored,
    ZeroIntelligence,
    make_strategy,
)

GRID, FEED_IN = 300_000, 100_000
HOMES = np.arange(8)
BUYING = HOMES % 2 == 0


def middle(suggested: int = 200_000) -> Situation:
    return Situation(GRID, FEED_IN, suggested)


def made(name: StrategyName, seed: int = 1) -> Strategy:
    return make_strategy(name, homes=HOMES.size, generator=np.random.default_rng(seed))


@pytest.mark.parametrize("name", StrategyName)
@given(data=st.data())
def test_every_quote_is_a_whole_price_between_the_grids_two(name, data):
    feed_in = data.draw(st.integers(0, 10**9))
    grid = data.draw(st.integers(feed_in, 10**9))
    situation = Situation(grid, feed_in, data.draw(st.integers(feed_in, grid)))
    strategy = made(name)
    for _ in range(4):
        quotes = strategy.quote(HOMES, BUYING, situation)
        assert quotes.dtype == np.int64
        assert feed_in <= quotes.min() <= quotes.max() <= grid
        strategy.observe(HOMES, np.array(data.draw(st.lists(st.booleans(), min_size=8, max_size=8))))


@pytest.mark.parametrize("name", StrategyName)
def test_the_same_seed_gives_the_same_quotes(name):
    first, second = made(name), made(name)
    for served in (HOMES > 3, HOMES < 2):
        assert first.quote(HOMES, BUYING, middle()).tolist() == second.quote(HOMES, BUYING, middle()).tolist()
        first.observe(HOMES, served)
        second.observe(HOMES, served)


@pytest.mark.parametrize("name", StrategyName)
def test_homes_of_different_tariffs_are_asked_at_once(name):
    grid, feed_in = np.array([300_000, 500_000]), np.array([100_000, 400_000])
    quotes = made(name).quote(np.array([5, 2]), np.array([True, False]), Situation(grid, feed_in, grid))
    assert ((feed_in <= quotes) & (quotes <= grid)).all()


def test_random_quotes_fill_the_whole_span():
    homes = np.arange(2_000)
    strategy = ZeroIntelligence(np.random.default_rng(1))
    quotes = strategy.quote(homes, homes % 2 == 0, middle())
    deciles, _ = np.histogram(quotes, bins=10, range=(FEED_IN, GRID))
    assert deciles.min() > 130


def test_anchored_quotes_stand_one_margin_from_what_the_grid_charges_and_pays():
    quotes = TariffAnchored(margin=0.25).quote(HOMES[:2], BUYING[:2], middle())
    assert quotes.tolist() == [250_000, 150_000]


def taught(served: bool, *, suggested: int, rounds: int = 300) -> np.ndarray:
    strategy = Learning(HOMES.size, np.random.default_rng(3))
    for _ in range(rounds):
        quotes = strategy.quote(HOMES, BUYING, middle(suggested))
        strategy.observe(HOMES, np.full(HOMES.size, served))
    return quotes


def test_learners_who_are_always_served_ask_for_a_little_more_than_what_is_suggested():
    quotes = taught(served=True, suggested=180_000)
    assert (quotes[~BUYING] >= 180_000).all()
    assert (quotes[BUYING] <= 180_000).all()
    assert np.abs(quotes - 180_000).max() < 0.15 * (GRID - FEED_IN)


def test_learners_who_are_never_served_ask_for_no_more_than_what_is_suggested():
    quotes = taught(served=False, suggested=150_000)
    assert (quotes[~BUYING] <= 150_000).all()
    assert (quotes[BUYING] >= 150_000).all()


def test_who_quoted_better_than_the_market_and_failed_learns_nothing():
    strategy = Learning(1, np.random.default_rng(1))
    seller, home = np.array([False]), np.array([0])
    first = strategy.quote(home, seller, middle(GRID))
    strategy.observe(home, np.array([False]))
    assert strategy.quote(home, seller, middle(GRID)) == first


def test_what_a_home_learns_as_seller_leaves_its_bids_alone():
    strategy = Learning(1, np.random.default_rng(1))
    home, buyer, seller = np.array([0]), np.array([True]), np.array([False])
    bid, ask = strategy.quote(home, buyer, middle()), strategy.quote(home, seller, middle())
    strategy.observe(home, np.array([True]))
    assert strategy.quote(home, seller, middle()) > ask
    assert strategy.quote(home, buyer, middle()) == bid


def test_others_learn_nothing_from_a_homes_result():
    strategy = Learning(2, np.random.default_rng(1))
    pair, sellers = np.array([0, 1]), np.array([False, False])
    before = strategy.quote(pair, sellers, middle())
    strategy.observe(np.array([1]), np.array([True]))
    after = strategy.quote(pair, sellers, middle())
    assert after[0] == before[0]
    assert after[1] > before[1]
