import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.market.transactive.units import NANO_KWH_PER_WH, from_nano, from_wh, to_nano, to_nano_kwh

HALF_NANO = 0.5e-9
FLOAT_ERROR = 1e-12

limits_wh = st.integers(1, 10**6)


@given(st.lists(st.floats(-1_000, 1_000), min_size=1, max_size=48))
def test_a_decision_comes_back_within_half_a_nano(trade_kwh):
    trade_kwh = np.array(trade_kwh)
    back = from_nano(to_nano_kwh(trade_kwh, limit_wh=10**6))
    assert np.abs(back - trade_kwh).max() <= HALF_NANO + FLOAT_ERROR


@given(st.lists(st.floats(-2_000, 2_000), min_size=1), limits_wh)
def test_no_number_of_a_decision_passes_the_limit(trade_kwh, limit_wh):
    sent = to_nano_kwh(np.array(trade_kwh), limit_wh=limit_wh)
    assert max(map(abs, sent)) <= limit_wh * NANO_KWH_PER_WH


@given(limits_wh, st.floats(0, 1e-7))
def test_a_solver_that_passes_the_limit_by_its_tolerance_is_held_at_it(limit_wh, excess_kwh):
    trade_kwh = np.array([1, -1]) * (limit_wh / 1_000 + excess_kwh)
    assert to_nano_kwh(trade_kwh, limit_wh=limit_wh).values == (
        limit_wh * NANO_KWH_PER_WH,
        -limit_wh * NANO_KWH_PER_WH,
    )


def test_pair_trades_are_sent_partner_by_partner():
    pairs_kwh = np.array([[0.001, 0.002], [0.003, 0.004]])
    assert to_nano_kwh(pairs_kwh, limit_wh=10).values == (1_000_000, 2_000_000, 3_000_000, 4_000_000)


@st.composite
def pair_trades(draw):
    """A limit, Wh, and pair trades (N-1, T), kWh, whose largest net trade is just at it."""
    limit_wh, partners, slots = draw(limits_wh), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    row = st.lists(st.floats(-1, 1), min_size=slots, max_size=slots)
    shares = np.array(draw(st.lists(row, min_size=partners, max_size=partners)))
    net = np.abs(shares.sum(axis=0)).max()
    return limit_wh, shares / max(net, 0.1) * limit_wh / 1_000


@given(pair_trades())
def test_no_slot_of_pair_trades_passes_the_limit_as_a_net_trade(drawn):
    limit_wh, pairs_kwh = drawn
    sent = np.array(to_nano_kwh(pairs_kwh, limit_wh=limit_wh).values).reshape(pairs_kwh.shape)
    assert np.abs(sent).max() <= limit_wh * NANO_KWH_PER_WH
    assert np.abs(sent.sum(axis=0)).max() <= limit_wh * NANO_KWH_PER_WH


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_of_nano_come_back_exactly(number):
    assert to_nano(number / 1e9) == number
    assert to_nano(float(from_nano([number])[0])) == number


@pytest.mark.parametrize(("value", "nano"), [(0.5e-9, 0), (1.5e-9, 2), (-1.5e-9, -2), (0.3e-9, 0)])
def test_halves_go_to_even(value, nano):
    assert to_nano(value) == nano


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1))
def test_watt_hours_come_back_exactly(trades_wh):
    assert np.rint(from_wh(trades_wh) * 1_000).astype(int).tolist() == trades_wh
