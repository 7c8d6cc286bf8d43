"""A block clears and closes a bounded amount; the rest waits, in its order, and nothing is lost."""

import pytest

from tests.chaincode.auction.neighbourhood import GATE_S, SLOT_S, Neighbourhood
from wattloom.chaincode.auction import budget
from wattloom.chaincode.auction.errors import BiddingClosed
from wattloom.chaincode.auction.records import RequestStatus, SlotStatus


@pytest.fixture
def little(monkeypatch):
    """A block may match three orders, or close one request with an offer."""
    monkeypatch.setattr(budget, "WORK_PER_BLOCK", 3)


def statuses(street, asked):
    return [street.request(each).status for each in asked]


def test_books_that_are_due_together_are_cleared_one_after_the_other(street, little):
    buyer, seller, _ = street.homes
    street.open_market(market_id="another")
    street.set_tariff(market_id="another")
    for market_id in ("street", "another"):
        street.ask(seller, 100, 150, market_id=market_id)
        street.bid(buyer, 100, 250, market_id=market_id)
    seen = []
    for time_s in range(SLOT_S - GATE_S + 1, SLOT_S - GATE_S + 3):
        street.advance_to(time_s)
        seen.append([street.slot(market_id=market_id).status for market_id in ("street", "another")])
    assert seen == [[SlotStatus.SETTLED, SlotStatus.OPEN], [SlotStatus.SETTLED, SlotStatus.SETTLED]]
    assert street.locked_nano() == 0


def test_a_book_that_is_more_than_a_blocks_work_is_cleared_alone(street, little):
    buyer, seller, _ = street.homes
    for _ in range(3):
        street.ask(seller, 100, 150)
        street.bid(buyer, 100, 250)
    street.advance_to(SLOT_S - GATE_S + 1)
    assert street.slot().status is SlotStatus.SETTLED


def test_requests_that_time_out_together_are_closed_as_far_as_the_block_allows(street, little):
    anna, bert, _ = street.homes
    asked = [street.ask_for(anna, 10) for _ in range(3)]
    for each in asked:
        street.offer(bert, each, 10, 150)
    seen = []
    for waited_s in range(1, 4):
        street.advance_to(asked[0].until_s + waited_s)
        seen.append([status is RequestStatus.SETTLED for status in statuses(street, asked)])
    assert seen == [[True, False, False], [True, True, False], [True, True, True]]


def test_a_request_that_waits_takes_no_more_offers(street, little, refused):
    anna, bert, _ = street.homes
    asked = [street.ask_for(anna, 10) for _ in range(2)]
    for each in asked:
        street.offer(bert, each, 10, 150)
    street.advance_to(asked[0].until_s + 1)
    assert statuses(street, asked)[1] is RequestStatus.BIDDING
    refused(BiddingClosed, street.offer, bert, asked[1], 10, 150)


def test_a_block_does_as_much_as_a_full_book_with_what_is_due(street):
    anna = street.homes[0]
    asked = [street.ask_for(anna, 10) for _ in range(5)]
    street.advance_to(asked[0].until_s + 1)
    assert set(statuses(street, asked)) == {RequestStatus.SETTLED}


def test_homes_of_a_matched_book_are_settled_within_the_budget_too(monkeypatch):
    monkeypatch.setattr("wattloom.chaincode.auction.clearing.HOMES_PER_BLOCK", 1)
    monkeypatch.setattr(budget, "WORK_PER_BLOCK", budget.BATCH_WORK)
    street = Neighbourhood(4)
    street.open_market(market_id="another")
    street.set_tariff(market_id="another")
    for market_id in ("street", "another"):
        for home in street.homes[:2]:
            street.ask(home, 100, 150, market_id=market_id)
        for home in street.homes[2:]:
            street.bid(home, 100, 250, market_id=market_id)
    blocks = 0
    while not all(street.slot(market_id=each).status == "settled" for each in ("street", "another")):
        blocks += 1
        street.advance_to(SLOT_S - GATE_S + blocks)
    assert blocks == 2 * 3 + 1  # both books are matched in the first, then six batches wait for a block each
    assert street.locked_nano() == 0
    street.assert_timers_never_fail()
