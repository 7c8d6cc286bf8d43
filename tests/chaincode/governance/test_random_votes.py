"""Whatever members propose and vote, and whatever validators are caught at: the rules of voting hold.

The state machine keeps its own books: plain dictionaries, fractions instead of integer arithmetic.
"""

import random
from contextlib import suppress
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.chaincode.governance.world import Consortium, admin, authority, evidence, key, seat
from wattloom.chaincode.api import ChaincodeError
from wattloom.chaincode.governance.actions import (
    AddOrganisation,
    AddValidator,
    ReinstateValidator,
    RemoveOrganisation,
    RemoveValidator,
    SetParameters,
)
from wattloom.chaincode.governance.consensus import active_validators
from wattloom.chaincode.governance.messages import CastVote, ProposalNumber, Propose, Status
from wattloom.chaincode.governance.records import MarketRules, SeatStatus

ORGANISATIONS = [f"o{number}" for number in range(7)]
NODES = [f"n{number}" for number in range(8)]
KEYS = [key(f"k{number}") for number in range(8)]

dice = st.integers(0, 2**32).map(random.Random)
"""One cheap draw per step; histories stay long enough to get somewhere."""


class Votes(RuleBasedStateMachine):
    """A consortium against a book of its seats, and of who has voted how on what."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple] = []
        self.seats: dict[str, tuple[str, bytes, bool]] = {}
        self.votes: dict[int, dict[str, bool]] = {}
        self.actions: dict[int, object] = {}
        self.open: set[int] = set()
        self.since: dict[str, int] = {}
        self.owners: dict[bytes, str] = {}

    @initialize(count=st.integers(3, 7))
    def found(self, count):
        first = [seat(ORGANISATIONS[number], NODES[number]) for number in range(count)]
        self.genesis = first
        self.ledger = Consortium(ORGANISATIONS, first)
        self.seats = {each.node: (each.organisation, each.public_key, True) for each in first}
        self.owners = {each.public_key: each.node for each in first}

    # ---- what happens ----

    @rule(dice=dice)
    def propose(self, dice):
        who = dice.choice(self.electors() * 5 + ORGANISATIONS)
        action = dice.choice([self.sensible_action, self.any_action])(dice)
        if self.call(who, "propose", Propose(action=action, open_for_s=600)) is not None:
            assert who in self.electors()
            number = len(self.votes) + 1
            self.votes[number], self.actions[number] = {}, action
            self.open.add(number)

    @precondition(lambda self: self.open)
    @rule(dice=dice, times=st.integers(1, 8))
    def vote(self, dice, times):
        """Vote as it comes: twice, with no seat, on what has just been closed."""
        number = dice.choice(sorted(self.open))
        for _ in range(times):
            self.cast(number, dice.choice(ORGANISATIONS), approve=dice.random() < 0.7)

    @precondition(lambda self: self.open)
    @rule(dice=dice)
    def agree(self, dice):
        """Vote in favour, all electors or nearly all, so that proposals pass or just fail to."""
        number, electors = dice.choice(sorted(self.open)), self.electors()
        dice.shuffle(electors)
        for who in electors[dice.choice([0, 0, 1, 2]) :]:
            self.cast(number, who, approve=True)

    @precondition(lambda self: self.open)
    @rule(dice=dice)
    def withdraw(self, dice):
        number = dice.choice(sorted(self.open))
        if self.call(dice.choice(ORGANISATIONS), "withdraw", ProposalNumber(number=number)) is not None:
            self.open.remove(number)

    @rule(dice=dice)
    def misbehave(self, dice):
        held = [public_key for _, public_key, _ in self.seats.values()]
        public_key = dice.choice(held + KEYS[:1])
        found = evidence(public_key, height=max(self.ledger.height - dice.choice([0, 1, 5, 20]), 0))
        self.calls.append(("misbehave", found))
        self.ledger.misbehave(found)
        for node, (organisation, key_, active) in self.seats.items():
            served = self.since.get(node, 0) <= found.height
            if key_ == public_key and active and served and self.count_active() > 1:
                self.seats[node] = (organisation, key_, False)

    @rule(seconds=st.sampled_from([1, 100, 601]))
    def wait(self, seconds):
        self.calls.append(("wait", self.ledger.time_s + seconds))
        self.ledger.advance_to(self.ledger.time_s + seconds)
        for number in sorted(self.open):
            if self.ledger.read(number).proposal.expires_at_s < self.ledger.time_s:
                self.open.remove(number)

    # ---- the book ----

    def sensible_action(self, dice):
        """Draw what can probably be carried out, by the book."""
        suspended = [node for node, (_, _, active) in self.seats.items() if not active]
        if suspended and dice.random() < 0.6:
            return ReinstateValidator(node=dice.choice(suspended), public_key=dice.choice([None, *KEYS]))
        if dice.random() < 0.4:
            return RemoveValidator(node=dice.choice(sorted(self.seats)))
        free = sorted(set(NODES) - self.seats.keys()) or NODES
        return AddValidator(
            organisation=dice.choice(ORGANISATIONS), node=dice.choice(free), public_key=dice.choice(KEYS)
        )

    def any_action(self, dice):
        organisation, node, public_key = map(dice.choice, (ORGANISATIONS, NODES, KEYS))
        ca_certificate = authority(organisation).certificate
        return dice.choice(
            [
                AddValidator(organisation=organisation, node=node, public_key=public_key),
                RemoveValidator(node=node),
                ReinstateValidator(node=node),
                RemoveOrganisation(organisation=organisation),
                AddOrganisation(organisation=organisation, ca_certificate=ca_certificate),
                SetParameters(market=MarketRules(gate_closure_s=dice.randrange(3))),
            ]
        )

    def cast(self, number, who, *, approve):
        """Vote, and see that this is one vote of an elector on what is open, and no other passes."""
        electors, was_open = self.electors(), number in self.open
        voted = self.call(who, "vote", CastVote(number=number, approve=approve)) is not None
        assert voted == (who in electors and was_open and who not in self.votes[number])
        if voted:
            self.votes[number][who] = approve
            self.judge(number, electors)

    def call(self, who, function, argument):
        """Submit; on a refusal see that nothing has changed, and return None."""
        self.calls.append((admin(who), f"governance:{function}", argument))
        before = self.ledger.contract_state()
        with suppress(ChaincodeError):
            return self.ledger.submit(*self.calls[-1])
        assert self.ledger.contract_state() == before
        return None

    def electors(self):
        seated = {organisation for organisation, _, active in self.seats.values() if active}
        return sorted(seated)

    def count_active(self):
        return sum(active for _, _, active in self.seats.values())

    def judge(self, number, electors):
        """Say what a proposal must have come to with the newest vote, and note its effect."""
        cast = [approve for who, approve in self.votes[number].items() if who in electors]
        share = Fraction(sum(cast), len(electors))
        best = Fraction(len(electors) - cast.count(False), len(electors))
        status = self.ledger.read(number).proposal.status
        if share > Fraction(2, 3):
            assert status in (Status.EXECUTED, Status.FAILED)
        else:
            assert status is (Status.OPEN if best > Fraction(2, 3) else Status.REJECTED)
        if status is not Status.OPEN:
            self.open.remove(number)
        if status is Status.EXECUTED:
            self.note(self.actions[number])

    def note(self, action):
        before = self.count_active()
        match action:
            case AddValidator():
                assert action.node not in self.seats
                self.sit(action.node, action.organisation, action.public_key)
            case RemoveValidator():
                del self.seats[action.node]
            case ReinstateValidator():
                organisation, held, active = self.seats[action.node]
                assert not active
                self.sit(action.node, organisation, action.public_key or held)
            case RemoveOrganisation():
                self.seats = {
                    node: held for node, held in self.seats.items() if held[0] != action.organisation
                }
        assert self.count_active() >= min(before, 4)

    def sit(self, node, organisation, public_key):
        assert self.owners.setdefault(public_key, node) == node
        self.seats[node] = (organisation, public_key, True)
        self.since[node] = self.ledger.height

    # ---- what always holds ----

    @invariant()
    def the_validators_are_those_of_the_book(self):
        expected = {held: 1 for _, held, active in self.seats.values() if active}
        assert active_validators(self.ledger.committed) == expected
        found = {
            each.node: (each.organisation, each.public_key, each.status is SeatStatus.ACTIVE)
            for each in self.ledger.validators().seats
        }
        assert found == self.seats
        assert len(expected) == self.count_active() >= bool(self.seats)

    @invariant()
    def what_is_open_is_what_the_book_says(self):
        for number in self.votes:
            is_open = self.ledger.read(number).proposal.status is Status.OPEN
            assert is_open == (number in self.open)

    def teardown(self):
        """Do it all again: the same calls lead to the same bytes."""
        again = Consortium(ORGANISATIONS, self.genesis)
        for call in self.calls:
            match call:
                case ("misbehave", found):
                    again.misbehave(found)
                case ("wait", time_s):
                    again.advance_to(time_s)
                case _:
                    with suppress(ChaincodeError):
                        again.submit(*call)
        assert again.committed.values == self.ledger.committed.values


TestVotes = Votes.TestCase
TestVotes.settings = settings(max_examples=100, stateful_step_count=80, deadline=None)
