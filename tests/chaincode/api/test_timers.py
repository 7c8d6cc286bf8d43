import pytest

from tests.chaincode.api.sample import ALICE, Alarm, Note, ledger, sample
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.context import Block, Position, Scheduled
from wattloom.chaincode.api.execution import Status, run_timers
from wattloom.chaincode.api.overlay import MemoryReader, Overlay
from wattloom.chaincode.api.timers import LEDGER, TIMERS_PER_BLOCK, put, take_due


def rung(it) -> list[str]:
    return [decode(event.payload, Note).key for event in it.events if event.name == "rang"]


def test_a_timer_runs_in_the_first_block_past_its_time():
    it = ledger()
    due_s = it.time_s + 60
    it.submit(ALICE, "sample:set_alarm", Alarm(at_s=due_s, note="a"))
    it.advance_to(due_s)
    assert rung(it) == []
    it.advance_to(due_s + 1)
    assert rung(it) == ["a"]
    it.advance_to(due_s + 2)
    assert rung(it) == ["a"]


def test_timers_run_by_due_time_then_by_the_position_that_asked():
    it = ledger()
    for note, wait_s in [("c", 20), ("a", 10), ("d", 20), ("b", 10)]:
        it.submit(ALICE, "sample:set_alarm", Alarm(at_s=it.time_s + wait_s, note=note))
    it.advance_to(it.time_s + 100)
    assert rung(it) == ["a", "b", "c", "d"]


def test_a_timer_runs_as_the_ledger_and_writes_state():
    it = ledger()
    it.submit(ALICE, "sample:set_alarm", Alarm(at_s=it.time_s + 1, note="a"))
    it.advance_to(it.time_s + 2)
    assert "rang/a" in it.committed.values["sample"]
    assert it.committed.values[LEDGER] == {}


def test_a_refused_timer_is_gone_and_its_outcome_says_why():
    it = ledger()
    for note in ["bad", "good"]:
        it.submit(ALICE, "sample:set_alarm", Alarm(at_s=it.time_s + 1, note=note))
    it.advance_to(it.time_s + 2)
    assert [(outcome.status, outcome.code) for outcome in it.timer_outcomes] == [
        (Status.REFUSED, "SILLY"),
        (Status.OK, ""),
    ]
    it.advance_to(it.time_s + 1)
    assert len(it.timer_outcomes) == 2


def test_a_block_runs_a_bounded_number_and_the_next_one_the_rest():
    reader = MemoryReader()
    overlay = Overlay(reader)
    for number in range(TIMERS_PER_BLOCK + 1):
        due = Scheduled(at_s=5, function=f"sample:{number}", arguments=b"")
        put(overlay, due, position=Position(height=1, index=0), number=number)
    reader.apply(overlay.changes)
    first, second = ([due.function for due in _take(reader, time_s=6)] for _ in range(2))
    assert first == [f"sample:{number}" for number in range(TIMERS_PER_BLOCK)]
    assert second == [f"sample:{TIMERS_PER_BLOCK}"]


@pytest.mark.parametrize("index", [-TIMERS_PER_BLOCK, -1, 0, 7])
def test_a_timer_that_asks_again_waits_for_the_next_block(index):
    overlay = Overlay(MemoryReader())
    due = Scheduled(at_s=1, function="sample:ring", arguments=b'{"key":"again"}')
    put(overlay, due, position=Position(height=1, index=index), number=0)
    block = Block(chain_id="test", height=2, time_s=9, hash="00" * 32)
    for taken, outcome in run_timers({"sample": sample}, overlay, block):
        put(overlay, taken, position=Position(height=2, index=-1), number=0)
        assert outcome.status is Status.OK
    assert len(list(take_due(overlay, time_s=9))) == 1


def _take(reader: MemoryReader, *, time_s: int) -> list[Scheduled]:
    overlay = Overlay(reader)
    taken = list(take_due(overlay, time_s=time_s))
    reader.apply(overlay.changes)
    return taken
