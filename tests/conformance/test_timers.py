"""What nobody ends, the ledger ends: in the first block past the deadline, and in the order it was asked."""

from functools import partial
from itertools import islice

import pytest

from tests.conformance.town import Town, together
from tests.conformance.trading import Trading
from wattloom.chaincode.transactive.messages import (
    DualsUpdated,
    Opened,
    Proposed,
    RoundLate,
    Started,
    Voided,
)
from wattloom.chaincode.transactive.records import Phase

STEP_S = 3
"""How long the steps wait that nobody ends here, and how long we have for what comes before."""


@pytest.fixture(scope="module")
def crowd(ledger, exercised):
    """A town in which all sessions of this module run at the same time."""
    town = Town(ledger, exercised)
    yield town
    town.close()


@pytest.fixture(scope="module")
def homes(crowd):
    return crowd.homes(3)


class Silence:
    """A session of which somebody stays silent, and its events."""

    def __init__(self, town, homes, name, **changes):
        self.trading = Trading(town, homes, name=name, **changes)
        self.opened = self.trading.open()

    def events(self):
        for event in self.trading.town.events(self.opened, contract="transactive"):
            if self.trading.session_id.encode() in event.payload:
                yield event

    def ended_by_timer(self, name, function):
        """Return the event with which the ledger itself ended a step, and note that the timer ran."""
        event = next(event for event in self.events() if event.name == name and not event.tx_id)
        self.trading.town.exercised.functions.add(function)
        self.trading.town.saw(event.height)
        return event


@pytest.fixture(scope="module", autouse=True)
def sessions(crowd, homes):
    """Let the homes of each session do all but what its test awaits the end of."""
    begun = {
        "joining": Silence(crowd, homes, "joining", join_s=STEP_S),
        "iterating": Silence(crowd, homes, "iterating", round_s=STEP_S),
    }
    begun["joining"].trading.join(*homes[:2])
    begun["iterating"].trading.join(*homes)
    begun["iterating"].trading.decide(homes[0], 10)
    begun["confirming"] = Silence(crowd, homes, "confirming", confirm_s=STEP_S, max_iterations=1)
    begun["confirming"].trading.join(*homes)
    together(
        partial(begun["confirming"].trading.decide, home, wh)
        for home, wh in zip(homes, (10, -4, -3), strict=True)
    )
    begun["confirming"].trading.answer(homes[0])
    begun["prompt"] = Silence(crowd, homes, "prompt", join_s=STEP_S)
    begun["prompt"].trading.join(*homes)
    return begun


@pytest.fixture(scope="module", autouse=True)
def due_together(crowd, homes, sessions):
    """Open sessions that nobody joins, all at once."""
    names = [f"due-{number}" for number in range(8)]
    return together(partial(Silence, crowd, homes, name, join_s=1) for name in names)


def times_around(town, height):
    """Return the time of a block and of the block before it."""
    before, block = town.client().blocks(height - 1, to_height=height)
    return before.block_time_s, block.block_time_s


def test_joining_ends_at_its_deadline_with_the_homes_that_came(crowd, homes, sessions):
    opened = next(sessions["joining"].events()).read(Opened)
    started = sessions["joining"].ended_by_timer("started", "transactive:start")
    assert started.read(Started).homes == [home.party_id for home in homes[:2]]
    before_s, ended_s = times_around(crowd, started.height)
    assert before_s <= opened.deadline_s < ended_s


def test_an_iteration_ends_at_its_deadline_with_the_last_decisions_of_late_homes(homes, sessions):
    late = sessions["iterating"].ended_by_timer("round_late", "transactive:update_duals")
    updated = next(event for event in sessions["iterating"].events() if event.name == "duals_updated")
    assert late.read(RoundLate).late == [home.party_id for home in homes[1:]]
    assert (updated.tx_id, updated.height, updated.sequence) == ("", late.height, late.sequence + 1)
    assert updated.read(DualsUpdated).progress.iteration == 2


def test_a_proposal_ends_at_its_deadline_and_only_who_answered_is_asked_again(homes, sessions):
    again = sessions["confirming"].ended_by_timer("proposal", "transactive:finalise")
    assert again.read(Proposed).awaited == [homes[0].party_id]


def test_a_step_that_has_ended_before_its_deadline_is_left_alone_by_it(crowd, sessions):
    prompt = sessions["prompt"]
    deadline_s = next(prompt.events()).read(Opened).deadline_s
    past = next(block for block in crowd.client().blocks(prompt.opened) if block.block_time_s > deadline_s)
    crowd.saw(past.height)
    assert prompt.trading.view().progress.phase is Phase.ITERATING


def test_deadlines_that_pass_together_are_kept_in_the_order_of_their_times_and_askers(crowd, due_together):
    ours = {silence.trading.session_id for silence in due_together}
    first = min(silence.opened for silence in due_together)

    def announced(name, kind):
        told = ((event, event.read(kind)) for event in crowd.events(first, contract="transactive", name=name))
        return islice((each for each in told if each[1].session_id in ours), len(ours))

    asked = sorted(announced("opened", Opened), key=lambda opened: opened[1].deadline_s)
    ended = list(announced("void", Voided))
    assert [record.session_id for _, record in ended] == [record.session_id for _, record in asked]
    assert {(event.tx_id, record.reason) for event, record in ended} == {("", "too-few-homes")}
    blocks = [event.height for event, _ in ended]
    assert len(set(blocks)) < len(blocks), "no block had several deadlines to keep"
    for (event, _), (_, opened) in zip(ended, asked, strict=True):
        before_s, ended_s = times_around(crowd, event.height)
        assert before_s <= opened.deadline_s < ended_s
