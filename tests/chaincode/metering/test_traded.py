from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.metering.world import DELIVERY_S, World
from wattloom.chaincode.metering import traded
from wattloom.chaincode.testing import MemoryLedger, caller

HOUR_S = 3_600


class Book:
    """Firm trades of one home, without a market around them."""

    def __init__(self):
        self.ledger = MemoryLedger([])

    def record(self, slot_start_s, slot_s, trades_wh):
        overlay = self.ledger._next_block()
        ctx = self.ledger._context(caller("north.h00", "home"), overlay)
        traded.record(ctx, "north.h00", slot_start_s=slot_start_s, slot_s=slot_s, trades_wh=trades_wh)
        self.ledger._commit(overlay)

    def energy_wh(self, start_s, slot_s, slots):
        ctx = self.ledger._context(caller("north.h00", "home"), self.ledger._next_block())
        starts = range(start_s, start_s + slot_s * slots, slot_s)
        return traded.energy_wh(ctx.within("metering"), "north.h00", starts)


def test_trades_are_read_back_slot_by_slot():
    book = Book()
    book.record(DELIVERY_S, HOUR_S, [500, -301])
    assert book.energy_wh(DELIVERY_S, HOUR_S, 3) == [500, -301, 0]


def test_a_longer_trade_flows_evenly_and_odd_watt_hours_come_late():
    book = Book()
    book.record(DELIVERY_S, HOUR_S, [10, -10])
    assert book.energy_wh(DELIVERY_S, 900, 8) == [2, 3, 2, 3, -3, -2, -3, -2]
    assert book.energy_wh(DELIVERY_S, 1800, 4) == [5, 5, -5, -5]


def test_shorter_trades_and_trades_of_several_sessions_add_up():
    book = Book()
    book.record(DELIVERY_S, 900, [1, 2, 3, 4])
    book.record(DELIVERY_S, HOUR_S, [-4])
    assert book.energy_wh(DELIVERY_S, HOUR_S, 1) == [6]
    assert book.energy_wh(DELIVERY_S - HOUR_S, HOUR_S, 3) == [0, 6, 0]


@given(
    st.integers(0, 2 * 86_400),
    st.sampled_from([900, 1800, 3600]),
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40),
    st.sampled_from([60, 300, 900, 1800, 3600]),
    st.integers(0, 3_599),
)
def test_however_a_stretch_is_cut_its_parts_add_up_to_what_was_traded(late_s, slot_s, trades, cut_s, shift_s):
    book = Book()
    start_s = DELIVERY_S + late_s
    book.record(start_s, slot_s, trades)
    first = start_s - 7_200 + shift_s
    slots = (slot_s * len(trades) + 4 * 3_600) // cut_s
    assert sum(book.energy_wh(first, cut_s, slots)) == sum(trades)


def test_a_settled_session_leaves_its_trades_here():
    world = World(3)
    world.trade([500, 0], [-300, 0], [-200, 0])
    book = Book()
    book.ledger = world
    assert book.energy_wh(DELIVERY_S, HOUR_S, 2) == [500, 0]
    assert {key for key in world.state()["metering"] if "h01" in key} == {
        f"traded/north.h01/{DELIVERY_S // 86_400:010d}"
    }
