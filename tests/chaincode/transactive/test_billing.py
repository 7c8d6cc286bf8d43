from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.transactive.billing import bill_nano, clearing_prices, payments, shares


def test_a_dual_price_becomes_money_rounded_half_up_and_held_at_the_cap():
    prices = clearing_prices(
        [123_499_999, 123_500_000, -123_500_000, 10**12, -(10**12)], cap_nano_per_wh=500_000
    )
    assert prices == [123, 124, -123, 500_000, -500_000]


def test_a_bill_is_the_exact_sum_of_trades_times_prices():
    assert bill_nano([3, -2], [250_000, 100_000]) == 550_000


def test_savings_are_split_evenly_and_odd_nanos_go_to_the_first():
    assert shares([7, 0, 1]) == [3, 3, 2]
    assert shares([]) == []


@given(st.lists(st.integers(0, 10**18), min_size=1, max_size=20))
def test_shares_give_out_exactly_what_was_declared_and_differ_by_one_nano_at_most(savings):
    split = shares(savings)
    assert sum(split) == sum(savings)
    assert max(split) - min(split) <= 1
    assert min(split) >= 0


def test_payers_pay_payees_in_index_order():
    assert list(payments([5, -4, 3, 0, -4])) == [(0, 1, 4), (0, 4, 1), (2, 4, 3)]


@given(st.lists(st.integers(-(10**15), 10**15), max_size=20))
def test_payments_clear_every_bill_with_fewer_payments_than_homes(drawn):
    bills = [*drawn, -sum(drawn)]
    left = Counter(dict(enumerate(bills)))
    made = list(payments(bills))
    for payer, payee, amount in made:
        assert amount > 0
        left[payer] -= amount
        left[payee] += amount
    assert set(left.values()) == {0}
    assert len(made) < len(bills)
