"""Under `bargaining` savings are split evenly; nobody honest loses, whatever the others declare."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chaincode.transactive.community import RICH_NANO, Community, terms
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.api import Int64Array, InvalidArgument
from wattloom.chaincode.transactive.errors import SavingTooLarge
from wattloom.chaincode.transactive.records import Phase
from wattloom.chaincode.transactive.terms import Absent, Billing

WH = 10**6
PRICE = Int64Array([200_000_000_000])  # 0.2 $/kWh
LIMIT_NANO = 10**9
BARGAINED = terms(
    max_iterations=1,
    start_price_pico_per_kwh=PRICE,
    billing=Billing.BARGAINING,
    saving_limit_nano=LIMIT_NANO,
)


def proposed(community, *, agreed=BARGAINED, trades_wh=(500, -300, -200)):
    community.begin(agreed)
    for home, trade in zip(community.homes, trades_wh, strict=True):
        community.decide(home, [trade * WH])


def settle(community, savings, **changes):
    proposed(community, **changes)
    for home, saving in zip(community.homes, savings, strict=True):
        community.confirm(home, saving_nano=saving)
    assert community.phase() is Phase.SETTLED


def lines(community):
    bills = [community.bill(home) for home in community.homes]
    return [(bill.saving_nano, bill.share_nano, bill.amount_nano) for bill in bills]


def test_a_bill_is_the_clearing_bill_plus_the_saving_less_an_even_share(trio):
    settle(trio, (90, 10, 1))
    clearing = [500 * 200_000, -300 * 200_000, -200 * 200_000]
    assert lines(trio) == [
        (90, 34, clearing[0] + 90 - 34),
        (10, 34, clearing[1] + 10 - 34),
        (1, 33, clearing[2] + 1 - 33),
    ]
    assert [trio.account(home).free_nano - RICH_NANO for home in trio.homes] == [
        -bill[2] for bill in lines(trio)
    ]


def test_where_nobody_declares_anything_it_is_the_clearing_bill(trio):
    settle(trio, (0, 0, 0))
    assert lines(trio) == [(0, 0, 100_000_000), (0, 0, -60_000_000), (0, 0, -40_000_000)]


savings = st.lists(st.integers(0, LIMIT_NANO), min_size=3, max_size=3)


@settings(max_examples=60, deadline=None)
@given(savings, st.integers(0, 2))
def test_an_honest_home_is_never_worse_off_than_alone_and_no_bill_exceeds_its_collateral(declared, honest):
    """A home that declares what it saves ends with its share of all declarations, and none is negative."""
    trio = Community(3)
    settle(trio, declared)
    bill = trio.bill(trio.homes[honest])
    traded_nano = sum(bill.trades_wh) * 200_000
    left_of_its_saving = declared[honest] - (bill.amount_nano - traded_nano)
    assert left_of_its_saving == bill.share_nano >= 0
    assert sum(amount for _, _, amount in lines(trio)) == 0
    for home in trio.homes:
        assert trio.bill(home).amount_nano <= trio.own(home).collateral_nano
    assert trio.locked_nano() == 0


@given(savings, st.integers(0, LIMIT_NANO))
@settings(max_examples=40, deadline=None)
def test_a_home_that_hides_its_saving_gains_no_more_than_what_it_hides(declared, hidden):
    """What a liar can win: all but its own share of what it keeps back; declaring too much only costs it."""
    honest, liar = Community(3), Community(3)
    settle(honest, declared)
    settle(liar, [hidden, *declared[1:]])
    gained = honest.bill(honest.homes[0]).amount_nano - liar.bill(liar.homes[0]).amount_nano
    kept_back = declared[0] - hidden
    assert min(0, kept_back) <= gained <= max(0, kept_back)


def test_homes_that_did_not_confirm_pay_the_clearing_price_and_have_no_share(trio):
    proposed(trio, trades_wh=(500, -300, -150))
    for home, saving in zip(trio.homes[:2], (90, 11), strict=True):
        trio.confirm(home, saving_nano=saving)
    trio.pass_deadline()
    for home, saving in zip(trio.homes[:2], (80, 7), strict=True):
        trio.confirm(home, saving_nano=saving)
    assert trio.phase() is Phase.SETTLED
    (first, second, absent) = lines(trio)
    assert (first[:2], second[:2], absent[:2]) == ((80, 44), (7, 43), (0, 0))
    bill = trio.bill(trio.homes[2])
    assert bill.amount_nano == -150 * bill.prices_nano_per_wh[0]


def test_a_declaration_of_a_home_that_later_drops_out_does_not_count():
    quartet = Community(4)
    quartet.begin(terms(max_iterations=1, billing=Billing.BARGAINING, saving_limit_nano=LIMIT_NANO))
    for home, trade in zip(quartet.homes, (900, -100, -200, -300), strict=True):
        quartet.decide(home, [trade * WH])
    for home in quartet.homes[:3]:
        quartet.confirm(home, saving_nano=100)
    quartet.pass_deadline()
    for home in quartet.homes[:2]:
        quartet.confirm(home, saving_nano=10)
    quartet.confirm(quartet.homes[2], accept=False)
    quartet.confirm(quartet.homes[0], saving_nano=30)
    quartet.confirm(quartet.homes[1], saving_nano=10)
    assert quartet.phase() is Phase.SETTLED
    assert [line[:2] for line in lines(quartet)] == [(30, 20), (10, 20), (0, 0), (0, 0)]


def test_a_home_that_has_no_money_but_its_collateral_can_pay_the_highest_bill():
    """Half of what it declares comes back as its share; collateral covers the rest, whatever is declared."""
    agreed = terms(
        max_iterations=1,
        start_price_pico_per_kwh=PRICE,
        price_cap_nano_per_wh=150,
        billing=Billing.BARGAINING,
        saving_limit_nano=70,
    )
    pair = Community(2, limit_wh=100, money_nano=100 * 150 + 70)
    settle(pair, (70, 0), agreed=agreed, trades_wh=(100, -100))
    assert lines(pair) == [(70, 35, 100 * 150 + 35), (0, 35, -(100 * 150 + 35))]
    assert [pair.account(home).free_nano for home in pair.homes] == [35, 2 * (100 * 150 + 70) - 35]


def test_the_saving_limit_is_part_of_the_collateral(trio):
    trio.begin(BARGAINED)
    assert trio.own(trio.homes[0]).collateral_nano == 10_000 * 1_000_000 + LIMIT_NANO
    poor = Community(2, money_nano=10_000 * 1_000_000 + LIMIT_NANO - 1)
    poor.open(BARGAINED)
    with pytest.raises(InsufficientFunds):
        poor.join(poor.homes[0])


@pytest.mark.parametrize(
    ("agreed", "answer", "error"),
    [
        (BARGAINED, {"saving_nano": LIMIT_NANO + 1}, SavingTooLarge),
        (terms(max_iterations=1), {"saving_nano": 1}, SavingTooLarge),
        (BARGAINED, {"saving_nano": -1}, InvalidArgument),
        (BARGAINED, {"saving_nano": 1, "accept": False}, InvalidArgument),
        (BARGAINED, {"accept": True, "withdraw": True}, InvalidArgument),
    ],
)
def test_declarations_beyond_the_terms_and_contradictions_are_refused(trio, agreed, answer, error):
    proposed(trio, agreed=agreed)
    before = trio.state()
    with pytest.raises(error):
        trio.confirm(trio.homes[0], **answer)
    assert trio.state() == before


def test_declared_savings_are_for_the_home_the_coordinator_and_the_auditor(trio):
    proposed(trio, agreed=terms(max_iterations=1, billing=Billing.BARGAINING, saving_limit_nano=LIMIT_NANO))
    trio.confirm(trio.homes[0], saving_nano=123_456_789)
    assert "123456789" not in repr(trio.view(trio.homes[1]))
    assert all(b"123456789" not in event.payload for event in trio.events)


def test_absent_homes_are_taken_at_zero_where_the_terms_say_so(trio):
    proposed(trio, agreed=terms(max_iterations=1, absent=Absent.ZERO), trades_wh=(500, -300, -190))
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    trio.pass_deadline()
    assert [trades[0] for trades in trio.trades().values()] == [399, -399, 0]
