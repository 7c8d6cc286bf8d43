"""The ledger in memory: blocks of several transactions."""

import pytest

from tests.chaincode.api.sample import ALICE, Alarm, Note, ledger, state_of
from wattloom.chaincode.api.execution import Status
from wattloom.chaincode.testing import Call


def put(key):
    return Call(ALICE, "sample:put", Note(key=key))


def test_what_is_refused_in_a_block_leaves_the_other_calls():
    it = ledger()
    refused = Call(ALICE, "sample:put_and_refuse", Note(key="b"))
    outcomes = it.run_block([put("a"), refused, put("c")], time_s=it.time_s)
    assert [outcome.status for outcome in outcomes] == [Status.OK, Status.REFUSED, Status.OK]
    assert list(state_of(it)["sample"]) == ["note/a", "note/c"]
    assert [event.name for event in it.events] == ["noted", "noted"]


def test_due_timers_run_once_before_a_blocks_calls():
    it = ledger()
    it.submit(ALICE, "sample:set_alarm", Alarm(at_s=it.time_s, note="x"))
    it.run_block([put("a"), put("b")], time_s=it.time_s + 1)
    assert [event.name for event in it.events] == ["rang", "noted", "noted"]


def test_one_block_and_many_leave_the_same_state():
    one, many = ledger(), ledger()
    one.run_block([put("a"), put("b")], time_s=one.time_s)
    for key in "ab":
        many.run_block([put(key)], time_s=many.time_s)
    assert state_of(one) == state_of(many)
    assert (one.height, many.height) == (1, 2)


def test_block_time_never_goes_back():
    it = ledger()
    with pytest.raises(ValueError, match="never goes back"):
        it.run_block([], time_s=it.time_s - 1)
