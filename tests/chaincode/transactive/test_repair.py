from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.transactive import exchange
from wattloom.chaincode.transactive.repair import Room, own_wh, spread, whole_wh

WH = 10**6
WIDE = Room(-1_000, 1_000)


def test_the_largest_remainders_are_rounded_up():
    assert whole_wh([1_600_000, 700_000, -2_300_000], [10, 10, 10]) == [1, 1, -2]


def test_equal_remainders_go_up_from_the_lowest_index():
    assert whole_wh([500_000, -500_000, 500_000, -500_000], [10] * 4) == [1, 0, 0, -1]


def test_a_limit_cuts_a_trade_and_the_others_share_what_is_missing():
    assert whole_wh([9 * WH, -4 * WH, -5 * WH], [5, 10, 10]) == [5, -2, -3]


@given(st.lists(st.integers(-(10**10), 10**10), min_size=2, max_size=12), st.data())
def test_whole_trades_balance_within_every_limit(decisions, data):
    targets = [row[0] for row in exchange.balanced([[decision] for decision in decisions])]
    limits = data.draw(st.lists(st.integers(0, 12_000), min_size=len(targets), max_size=len(targets)))
    whole = whole_wh(targets, limits)
    assert sum(whole) == 0
    assert all(abs(trade) <= limit for trade, limit in zip(whole, limits, strict=True))


@given(st.lists(st.integers(-(10**10), 10**10), min_size=2, max_size=12))
def test_without_limits_no_trade_moves_by_a_watt_hour(decisions):
    targets = [row[0] for row in exchange.balanced([[decision] for decision in decisions])]
    whole = whole_wh(targets, [10**6] * len(targets))
    assert all(abs(trade * WH - target) < WH for trade, target in zip(whole, targets, strict=True))


def test_an_imbalance_is_spread_evenly_and_the_rest_goes_by_order():
    assert spread([10, -4, 1], [WIDE] * 3, [1, 2]) == [10, -8, -2]
    assert spread([10, -4, 1], [WIDE] * 3, [2, 1]) == [10, -7, -3]


def test_homes_without_room_leave_their_share_to_the_others():
    assert spread([9, 0, 0], [WIDE, Room(-2, 2), WIDE], [1, 2]) == [9, -2, -7]


def test_an_imbalance_that_nobody_can_take_is_not_spread():
    assert spread([9, 0], [WIDE, Room(-8, 8)], [1]) is None
    assert spread([9, 0], [WIDE, WIDE], []) is None
    assert spread([9, -9], [WIDE, WIDE], []) == [9, -9]


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8),
    st.data(),
)
def test_spreading_balances_exactly_when_there_is_room(homes, data):
    trades = [trade for trade, _, _ in homes]
    rooms = [Room(trade - down, trade + up) for trade, down, up in homes]
    order = data.draw(st.permutations(range(len(homes))))[: data.draw(st.integers(0, len(homes)))]
    lowest = sum(rooms[i].low if i in order else trades[i] for i in range(len(homes)))
    highest = sum(rooms[i].high if i in order else trades[i] for i in range(len(homes)))
    balanced = spread(trades, rooms, order)
    assert (balanced is not None) == (lowest <= 0 <= highest)
    if balanced is not None:
        assert sum(balanced) == 0
        for home, trade in enumerate(balanced):
            assert rooms[home].low <= trade <= rooms[home].high
            assert home in order or trade == trades[home]


def test_an_own_decision_is_rounded_half_up():
    assert [own_wh(trade) for trade in (1_500_000, -1_500_000, 1_499_999)] == [2, -1, 1]
