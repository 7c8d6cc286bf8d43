"""What nobody ends, the ledger ends: in the first block past the deadline, and in the order it was asked."""

from itertools import islice

from tests.conformance.town import together
from tests.conformance.trading import LONG_S, Trading
from wattloom.chaincode.transactive.messages import (
    DualsUpdated,
    Opened,
    Proposed,
    RoundLate,
    Settled,
    Started,
    Voided,
)
from wattloom.chaincode.transactive.records import Phase


def until(events, name):
    """Return the first event of this name."""
    return next(event for event in events if event.name == name)


def times_around(town, height):
    """Return the time of a block and of the block before it."""
    before, block = town.client().blocks(height - 1, to_height=height)
    return before.block_time_s, block.block_time_s


def test_every_step_of_a_session_is_ended_by_its_deadline_where_homes_stay_silent(town):
    buyer, seller, _ = homes = town.homes(3)
    trading = Trading(town, homes, join_s=1, round_s=1, confirm_s=1, max_iterations=1)
    events = (
        event
        for event in town.events(trading.open(), contract="transactive")
        if trading.session_id.encode() in event.payload
    )
    deadline_s = until(events, "opened").read(Opened).deadline_s
    trading.join(buyer, seller)

    started = until(events, "started")
    before_s, ended_s = times_around(town, started.height)
    assert started.tx_id == ""
    assert before_s <= deadline_s < ended_s
    assert started.read(Started).homes == [buyer.party_id, seller.party_id]
    town.exercised.functions.add("transactive:start")
    town.saw(started.height)

    trading.decide(buyer, 10)
    late = until(events, "round_late")
    assert (late.tx_id, late.read(RoundLate).late) == ("", [seller.party_id])
    proposed = until(events, "proposal")
    assert proposed.read(Proposed).awaited == [buyer.party_id, seller.party_id]
    updated = next(events)
    assert (updated.name, updated.height) == ("duals_updated", late.height)
    assert updated.read(DualsUpdated).progress.phase is Phase.CONFIRMING
    town.exercised.functions.add("transactive:update_duals")
    town.saw(updated.height)

    trading.answer(buyer)
    again = until(events, "proposal")
    assert again.tx_id == ""
    assert again.read(Proposed).awaited == [buyer.party_id]
    town.exercised.functions.add("transactive:finalise")
    town.saw(again.height)
    assert trading.answer(buyer, proposal=2).phase is Phase.SETTLED
    assert until(events, "settled").read(Settled).traded_wh == 0


def test_deadlines_that_pass_together_are_kept_in_the_order_of_their_times_and_askers(town):
    homes = town.homes(2)
    sessions = [
        Trading(town, homes, name=f"due-{number}", join_s=1 if number else LONG_S) for number in range(9)
    ]
    start = min(together(trading.open for trading in sessions))
    ours = {trading.session_id for trading in sessions[1:]}

    def announced(name, kind):
        stream = town.events(start, contract="transactive", name=name)
        return islice(((e, e.read(kind)) for e in stream if e.read(kind).session_id in ours), len(ours))

    asked = sorted(announced("opened", Opened), key=lambda opened: opened[1].deadline_s)
    ended = list(announced("void", Voided))
    assert [record.session_id for _, record in ended] == [record.session_id for _, record in asked]
    assert {(event.tx_id, record.reason) for event, record in ended} == {("", "too-few-homes")}
    blocks = [event.height for event, _ in ended]
    assert len(set(blocks)) < len(blocks), "no block had several deadlines to keep"
    for (event, _), (_, opened) in zip(ended, asked, strict=True):
        before_s, ended_s = times_around(town, event.height)
        assert before_s <= opened.deadline_s < ended_s
    assert sessions[0].view().progress.phase is Phase.JOINING


def test_a_step_that_has_ended_before_its_deadline_is_left_alone_by_it(town):
    trading = Trading(town, town.homes(2), join_s=1)
    opened = trading.begin()
    deadline_s = next(town.events(opened, name="opened")).read(Opened).deadline_s
    past = next(block for block in town.client().blocks(opened) if block.block_time_s > deadline_s)
    town.saw(past.height)
    assert trading.view().progress.phase is Phase.ITERATING
