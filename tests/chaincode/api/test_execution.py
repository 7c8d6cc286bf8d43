import pytest

from tests.chaincode.api.sample import ALICE, Count, Note, Silly, ledger, sample, state_of
from wattloom.chaincode.api import Context, Contract, InvalidArgument
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.api.context import MAX_EVENTS
from wattloom.chaincode.api.contract import Kind
from wattloom.chaincode.api.errors import MachineFault
from wattloom.chaincode.api.execution import MAX_RESULT_BYTES, Status, execute
from wattloom.chaincode.api.overlay import Overlay

NOTE = Note(key="a", text="hello")


def run(it, function, argument, contract=sample, kind=Kind.TRANSACTION, read_only=False):
    ctx = it._context(ALICE, Overlay(it.committed), read_only=read_only)
    return ctx.overlay, execute({contract.name: contract}, ctx, function, encode(argument), kind=kind)


def test_a_refusal_is_raised_and_changes_nothing():
    it = ledger()
    it.submit(ALICE, "sample:put", NOTE)
    before, events = state_of(it), list(it.events)
    with pytest.raises(Silly):
        it.submit(ALICE, "sample:put_and_refuse", Note(key="a", text="changed"))
    assert state_of(it) == before
    assert it.events == events


def test_a_refused_call_leaves_no_timer():
    it = ledger()
    with pytest.raises(Silly):
        it.submit(ALICE, "sample:put_and_refuse", NOTE)
    it.advance_to(it.time_s + 100)
    assert it.timer_outcomes == []


def test_the_outcome_of_a_refusal_is_its_code_and_details():
    _, outcome = run(ledger(), "sample:put_and_refuse", NOTE)
    assert (outcome.status, outcome.code) == (Status.REFUSED, "SILLY")
    assert (outcome.data, outcome.events) == (b'{"code":"SILLY","details":{}}', [])


def test_a_bug_is_internal_names_its_type_and_changes_nothing():
    overlay, outcome = run(ledger(), "sample:put_and_fail", NOTE)
    assert (outcome.status, outcome.code) == (Status.INTERNAL, "INTERNAL")
    assert outcome.data == b'{"code":"INTERNAL","details":{"error":"ZeroDivisionError"}}'
    assert "put_and_fail" in outcome.log
    assert overlay.changes == {}
    assert outcome.events == []


@pytest.mark.parametrize("fault", [MachineFault("disk"), MemoryError(), RecursionError(), OSError("disk")])
def test_a_fault_of_the_machine_is_no_outcome(fault):
    contract = Contract("faulty", summary="Fails.")

    @contract.transaction()
    def fail(ctx: Context) -> None:
        raise fault

    it = ledger()
    ctx = it._context(ALICE, Overlay(it.committed))
    with pytest.raises(type(fault)):
        execute({"faulty": contract}, ctx, "faulty:fail", b"", kind=Kind.TRANSACTION)


def test_a_query_that_writes_is_a_bug():
    it = ledger()
    ctx = it._context(ALICE, Overlay(it.committed), read_only=True)
    outcome = execute({"sample": sample}, ctx, "sample:writing_query", b"", kind=Kind.QUERY)
    assert outcome.status is Status.INTERNAL
    assert ctx.overlay.changes == {}


def test_a_result_beyond_the_limit_is_refused_with_all_that_was_written():
    overlay, outcome = run(ledger(), "sample:put", Note(key="a", text="x" * (MAX_RESULT_BYTES - 50)))
    assert outcome.status is Status.OK
    big = Contract("big", summary="Big.")

    @big.transaction()
    def grow(ctx: Context, note: Note) -> Note:
        return Note(key="a", text="x" * MAX_RESULT_BYTES)

    overlay, outcome = run(ledger(), "big:grow", NOTE, contract=big)
    assert (outcome.status, outcome.code) == (Status.REFUSED, "RESULT_TOO_LARGE")
    assert overlay.changes == {}


def test_events_come_in_the_order_of_their_emission():
    it = ledger()
    it.submit(ALICE, "sample:shout", Count(count=MAX_EVENTS))
    assert [event.name for event in it.events] == ["shouted"] * MAX_EVENTS


def test_one_event_too_many_refuses_the_transaction():
    it = ledger()
    with pytest.raises(InvalidArgument, match=f"at most {MAX_EVENTS} events"):
        it.submit(ALICE, "sample:shout", Count(count=MAX_EVENTS + 1))
    assert it.events == []
