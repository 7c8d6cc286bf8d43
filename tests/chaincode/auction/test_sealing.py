import pytest

from tests.chaincode.auction.neighbourhood import GATE_S, GRID, SLOT_S, UTILITY, Neighbourhood
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.api import Forbidden, NotFound
from wattloom.chaincode.auction.errors import (
    BeyondCapacity,
    BookClosed,
    NotCovered,
    NotRevealing,
    OtherSide,
    PriceOutOfBounds,
    RevealMismatch,
    WrongForm,
)
from wattloom.chaincode.auction.records import OrderTerms, Sealing, Side

FORFEIT = 5_000
REVEAL_S = 120
BID = OrderTerms(side=Side.BUY, energy_wh=100, price_nano_per_wh=250)
ASK = OrderTerms(side=Side.SELL, energy_wh=100, price_nano_per_wh=150)


@pytest.fixture
def street():
    neighbourhood = Neighbourhood(3, sealing=Sealing(reveal_s=REVEAL_S, forfeit_nano=FORFEIT))
    yield neighbourhood
    neighbourhood.assert_timers_never_fail()


def close_gate(street):
    street.advance_to(SLOT_S - GATE_S - REVEAL_S + 1)


def test_a_sealed_order_locks_its_cover_and_the_forfeit_and_tells_nothing(street):
    anna = street.homes[0]
    street.commit(anna, BID, cover_nano=40_000)
    assert street.account(anna).locked_nano == 40_000 + FORFEIT
    assert (street.slot().orders, street.slot().demand_wh) == (1, 0)


def test_revealed_orders_are_matched_like_open_ones(street):
    anna, bert, _ = street.homes
    bid, ask = street.commit(anna, BID, cover_nano=40_000), street.commit(bert, ASK)
    close_gate(street)
    street.reveal(anna, bid, BID)
    assert street.account(anna).locked_nano == BID.cost_nano
    street.reveal(bert, ask, ASK)
    street.clear()
    assert [street.spent_nano(home) for home in street.homes] == [15_000, -15_000, 0]
    assert street.locked_nano() == 0


def test_who_committed_first_stands_first_whoever_reveals_first(street):
    anna, bert, cleo = street.homes
    terms = OrderTerms(side=Side.SELL, energy_wh=100, price_nano_per_wh=150)
    first, second, bid = street.commit(anna, terms), street.commit(bert, terms), street.commit(cleo, BID)
    close_gate(street)
    street.reveal(cleo, bid, BID)
    street.reveal(bert, second, terms)
    street.reveal(anna, first, terms)
    street.clear()
    assert (street.fill(first).energy_wh, street.fill(second).energy_wh) == (100, 0)


def test_who_does_not_reveal_loses_the_forfeit_and_no_more(street):
    anna = street.homes[0]
    order = street.commit(anna, BID)
    street.clear()
    assert street.spent_nano(anna) == FORFEIT == street.account(UTILITY).free_nano
    assert street.fill(order).amount_nano == FORFEIT
    assert street.locked_nano() == 0


def test_a_void_book_costs_nobody_the_forfeit(street):
    street.commit(street.homes[0], BID)
    street.advance_to(SLOT_S)
    assert street.spent_nano(street.homes[0]) == 0
    assert street.locked_nano() == 0


def test_a_sealed_order_may_be_cancelled_until_the_gate_closes(street, refused):
    anna, bert, _ = street.homes
    order, other = street.commit(anna, BID), street.commit(anna, BID)
    refused(Forbidden, street.cancel, bert, order)
    street.cancel(anna, order)
    assert street.account(anna).locked_nano == BID.cost_nano + FORFEIT
    close_gate(street)
    refused(BookClosed, street.cancel, anna, other)
    refused(BookClosed, street.commit, anna, BID)


def test_what_is_revealed_must_be_what_was_committed_to(street, refused):
    anna, bert, _ = street.homes
    order = street.commit(anna, BID)
    close_gate(street)
    better = OrderTerms(side=Side.BUY, energy_wh=100, price_nano_per_wh=249)
    refusal = refused(RevealMismatch, street.reveal, anna, order, better)
    assert refusal.details == {"digest": order.digest}
    refused(RevealMismatch, street.reveal, anna, order, BID, salt="6b" * 16)
    refused(Forbidden, street.reveal, bert, order, BID)
    street.reveal(anna, order, BID)
    refused(NotFound, street.reveal, anna, order, BID)


def test_another_homes_hash_is_of_no_use(street, refused):
    anna, bert, _ = street.homes
    order = street.commit(anna, ASK)
    copied = street.commit(bert, ASK, salt="00" * 16)
    assert copied.digest != order.digest
    close_gate(street)
    refused(RevealMismatch, street.reveal, bert, copied, ASK)


def test_orders_are_revealed_between_gate_closure_and_clearing_alone(street, refused):
    anna = street.homes[0]
    order = street.commit(anna, BID)
    refused(NotRevealing, street.reveal, anna, order, BID)
    street.advance_to(SLOT_S - GATE_S)
    late = street.commit
    refused(BookClosed, late, anna, BID)
    street.reveal(anna, order, BID)
    other = Neighbourhood(1, sealing=Sealing(reveal_s=REVEAL_S, forfeit_nano=FORFEIT))
    missed = other.commit(other.homes[0], BID)
    other.clear()
    with pytest.raises(NotRevealing):
        other.reveal(other.homes[0], missed, BID)


def test_a_revealed_order_is_held_to_the_limits_of_open_ones(street, refused):
    anna = street.homes[0]
    cases = {
        NotCovered: (BID, 24_999),
        PriceOutOfBounds: (OrderTerms(side=Side.BUY, energy_wh=1, price_nano_per_wh=GRID + 1), None),
        BeyondCapacity: (OrderTerms(side=Side.SELL, energy_wh=10_001, price_nano_per_wh=200), None),
        OtherSide: (ASK, None),
    }
    kept = street.commit(anna, BID)
    orders = {error: street.commit(anna, terms, cover_nano=cover) for error, (terms, cover) in cases.items()}
    close_gate(street)
    for error in (NotCovered, PriceOutOfBounds, BeyondCapacity):
        refused(error, street.reveal, anna, orders[error], cases[error][0])
    street.reveal(anna, kept, BID)
    refused(OtherSide, street.reveal, anna, orders[OtherSide], ASK)


def test_cover_and_forfeit_must_be_there(street, refused):
    anna = street.homes[0]
    refused(InsufficientFunds, street.commit, anna, BID, cover_nano=street.money_nano - FORFEIT + 1)
    street.commit(anna, BID, cover_nano=street.money_nano - FORFEIT)


def test_an_open_market_takes_no_sealed_orders():
    street = Neighbourhood(1)
    with pytest.raises(WrongForm):
        street.commit(street.homes[0], BID)
    order = street.bid(street.homes[0], 1, 200)
    with pytest.raises(WrongForm):
        street.reveal(street.homes[0], order, BID)
