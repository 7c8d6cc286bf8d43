import pytest

from tests.chaincode.auction.neighbourhood import (
    FEED_IN,
    GATE_S,
    GRID,
    SLOT_S,
    UTILITY,
    Neighbourhood,
)
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.api.state import MAX_VALUE_BYTES
from wattloom.chaincode.api.units import MAX_INT
from wattloom.chaincode.auction.clearing import HOMES_PER_BLOCK, ORDERS_PER_BATCH
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.records import Batch, Fill, HomeDue, Side, SlotStatus, Zone


def test_the_ledger_clears_the_book_and_moves_the_money(street):
    anna, bert, cleo = street.homes
    bids = [street.bid(anna, 1_000, 250), street.bid(bert, 500, 120)]
    ask = street.ask(cleo, 800, 150)
    street.clear()
    assert [street.fill(order).energy_wh for order in (*bids, ask)] == [800, 0, 800]
    assert [street.spent_nano(home) for home in street.homes] == [120_000, 0, -120_000]
    assert street.locked_nano() == 0
    slot = street.slot()
    assert (slot.status, slot.volume_wh, slot.price_nano_per_wh) == (SlotStatus.SETTLED, 800, 150)
    assert (slot.trades, slot.demand_wh, slot.supply_wh) == (1, 0, 0)


def test_metering_is_told_what_was_traded(street):
    anna, bert, cleo = street.homes
    street.bid(anna, 1_000, 250)
    street.bid(bert, 1_000, 120)
    street.ask(cleo, 800, 150)
    street.clear()
    assert [street.metered_trade_wh(home) for home in street.homes] == [800, 0, -800]


def test_what_was_not_traded_can_be_promised_again(street):
    anna, bert, _ = street.homes
    street.bid(anna, 10_000, 250)
    street.ask(bert, 3_000, 150)
    street.clear()
    assert (street.engagement(anna).buying_wh, street.engagement(bert).selling_wh) == (3_000, 3_000)


@pytest.mark.parametrize(
    ("pricing", "price"), [(Pricing.PAY_AS_OFFER, 150), (Pricing.MID_PRICE, 200), (Pricing.UNIFORM, 200)]
)
def test_the_market_says_what_sellers_are_paid(pricing, price):
    street = Neighbourhood(2, pricing=pricing)
    buyer, seller = street.homes
    street.bid(buyer, 100, 250)
    street.ask(seller, 100, 150)
    street.clear()
    assert street.spent_nano(buyer) == -street.spent_nano(seller) == 100 * price


def test_equal_bids_of_uniform_clearing_share_in_proportion():
    street = Neighbourhood(3, pricing=Pricing.UNIFORM)
    anna, bert, cleo = street.homes
    orders = [street.bid(anna, 300, 250), street.bid(bert, 100, 250)]
    street.ask(cleo, 200, 150)
    street.clear()
    assert [street.fill(order).energy_wh for order in orders] == [150, 50]


def test_the_buyer_pays_the_fee_of_its_zone_to_the_utility():
    zones = [Zone(name="far", fee_nano_per_wh=40), Zone(name="near", fee_nano_per_wh=5)]
    street = Neighbourhood(3, zones=zones)
    far, near, seller = street.homes
    for home, zone in zip(street.homes, ("far", "near", "near"), strict=True):
        street.connect(home, zone)
    street.bid(far, 100, 230)
    street.bid(near, 100, 200)
    street.ask(seller, 150, 150)
    street.clear()
    assert street.spent_nano(near) == 100 * (150 + 5)
    assert street.spent_nano(far) == 50 * (150 + 40)
    assert street.spent_nano(seller) == -150 * 150
    assert street.account(UTILITY).free_nano == 100 * 5 + 50 * 40


def test_a_fee_that_eats_the_gain_prevents_the_trade():
    street = Neighbourhood(2, zones=[Zone(name="far", fee_nano_per_wh=40)])
    buyer, seller = street.homes
    street.connect(buyer, "far")
    street.connect(seller, "far")
    street.bid(buyer, 100, 189)
    street.ask(seller, 100, 150)
    street.clear()
    assert street.slot().volume_wh == 0


def test_green_energy_is_what_the_utility_says_it_is(street):
    anna, bert, cleo = street.homes
    street.connect(cleo, green=True)
    order = street.bid(anna, 100, 250, green_only=True)
    street.ask(bert, 100, FEED_IN)
    street.ask(cleo, 60, 200)
    street.clear()
    assert (street.fill(order).energy_wh, street.fill(order).amount_nano) == (60, 12_000)


def test_a_home_may_name_its_partner(street):
    anna, bert, cleo = street.homes
    street.bid(anna, 100, GRID)
    preferred = street.bid(bert, 100, 200, partner=cleo.party_id)
    street.ask(cleo, 100, 150)
    street.clear()
    assert street.fill(preferred).energy_wh == 100


def test_a_book_that_can_be_cleared_only_after_delivery_has_begun_is_void(street):
    anna, bert, _ = street.homes
    street.bid(anna, 100, 250)
    street.ask(bert, 100, 150)
    street.advance_to(SLOT_S)
    slot = street.slot()
    assert (slot.status, slot.volume_wh, slot.orders) == (SlotStatus.VOID, 0, 2)
    assert [street.spent_nano(home) for home in street.homes] == [0, 0, 0]
    assert street.locked_nano() == 0
    assert street.metered_trade_wh(anna) == 0


def test_more_homes_than_one_block_settles_are_settled_in_the_next_blocks_payers_first(monkeypatch):
    monkeypatch.setattr("wattloom.chaincode.auction.clearing.HOMES_PER_BLOCK", 2)
    street = Neighbourhood(6)
    for home in street.homes[:3]:
        street.ask(home, 100, 150)
    for home in street.homes[3:]:
        street.bid(home, 100, 250)
    total_nano = street.total_nano()
    seen = []
    street.advance_to(SLOT_S - GATE_S + 1)
    for _ in range(3):
        seen.append((street.slot().status, [street.spent_nano(home) for home in street.homes]))
        assert street.total_nano() == total_nano
        street.advance_to(street.time_s + 1)
    paid = 15_000
    assert seen == [
        (SlotStatus.SETTLING, [0, 0, 0, paid, paid, 0]),
        (SlotStatus.SETTLING, [-paid, 0, 0, paid, paid, paid]),
        (SlotStatus.SETTLED, [-paid, -paid, -paid, paid, paid, paid]),
    ]
    assert street.locked_nano() == 0
    assert not [key for key in street.state()["auction"] if key.startswith("batch/")]
    assert street.event_names().count("book_settled") == 1
    street.assert_timers_never_fail()


def test_homes_with_many_orders_wait_in_smaller_batches(monkeypatch):
    monkeypatch.setattr("wattloom.chaincode.auction.clearing.HOMES_PER_BLOCK", 2)
    monkeypatch.setattr("wattloom.chaincode.auction.clearing.ORDERS_PER_BATCH", 3)
    street = Neighbourhood(6)
    for home in street.homes:
        for _ in range(2):
            street.bid(home, 100, 250)
    street.advance_to(SLOT_S - GATE_S + 1)
    waiting = [key for key in street.state()["auction"] if key.startswith("batch/")]
    assert len(waiting) == 4
    street.clear()
    assert street.locked_nano() == 0
    street.assert_timers_never_fail()


def test_the_largest_batch_is_a_record_that_the_ledger_takes():
    longest = f"{'o' * 64}.{'h' * 64}"
    fill = Fill(order_id="9" * 10 + "." + "9" * 6, energy_wh=10**6, amount_nano=-(10**15))
    each = ORDERS_PER_BATCH // HOMES_PER_BLOCK
    due = HomeDue(
        party_id=longest,
        side=Side.SELL,
        ordered_wh=10**8,
        traded_wh=10**8,
        unlock_nano=MAX_INT,
        owes_nano=-MAX_INT,
        fills=[fill] * each,
    )
    assert len(encode(Batch(dues=[due] * HOMES_PER_BLOCK))) < MAX_VALUE_BYTES


def test_what_the_utility_holds_between_blocks_cannot_be_spent(monkeypatch):
    monkeypatch.setattr("wattloom.chaincode.auction.clearing.HOMES_PER_BLOCK", 1)
    street = Neighbourhood(2)
    buyer, seller = street.homes
    street.bid(buyer, 100, 250)
    street.ask(seller, 100, 150)
    street.advance_to(SLOT_S - GATE_S + 1)
    assert (street.account(UTILITY).free_nano, street.account(UTILITY).locked_nano) == (0, 15_000)


def test_an_empty_book_is_never_scheduled(street):
    street.advance_to(SLOT_S + 1)
    assert street.timer_outcomes == []
