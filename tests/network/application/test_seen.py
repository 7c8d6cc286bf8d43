from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.api.overlay import MemoryReader, Overlay
from wattloom.chaincode.api.timers import LEDGER
from wattloom.network.application import seen
from wattloom.network.application.seen import Seen, forget_passed, is_seen, remember

IDS = st.dictionaries(st.binary(min_size=32, max_size=32), st.integers(0, 50), max_size=20)


def ledger_with(ids):
    overlay = Overlay(MemoryReader())
    for tx_id, until_s in ids.items():
        remember(overlay, Seen(status=0), valid_until_s=until_s, tx_id=tx_id)
    committed = MemoryReader()
    committed.apply(overlay.changes)
    return Overlay(committed)


@given(IDS, st.integers(0, 60))
def test_exactly_the_ids_whose_validity_has_passed_are_forgotten(ids, now_s):
    overlay = ledger_with(ids)
    forget_passed(overlay, block_time_s=now_s)
    for tx_id, until_s in ids.items():
        assert is_seen(overlay, valid_until_s=until_s, tx_id=tx_id) == (until_s >= now_s)


def test_an_id_is_known_under_its_own_validity_alone():
    overlay = ledger_with({bytes(32): 7})
    assert is_seen(overlay, valid_until_s=7, tx_id=bytes(32))
    assert not is_seen(overlay, valid_until_s=8, tx_id=bytes(32))
    assert not is_seen(overlay, valid_until_s=7, tx_id=b"\1" * 32)


def test_a_block_forgets_no_more_than_its_share_and_the_oldest_first(monkeypatch):
    monkeypatch.setattr(seen, "FORGOTTEN_PER_BLOCK", 2)
    overlay = ledger_with({bytes([number]) * 32: number for number in (3, 1, 2)})
    forget_passed(overlay, block_time_s=10)
    assert [key[:15] for key, _ in overlay.scan(LEDGER, "seen/", "seen0")] == ["seen/0000000003"]
