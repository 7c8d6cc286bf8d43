import pytest

from tests.chaincode.governance.world import Consortium, evidence, key, node_id, seat
from wattloom.chaincode.api import AlreadyExists, InvalidArgument, NotFound
from wattloom.chaincode.governance.actions import (
    AddValidator,
    ReinstateValidator,
    RemoveValidator,
    SetObservers,
)
from wattloom.chaincode.governance.errors import (
    NodeIdMissing,
    NotSuspended,
    NoValidators,
    TooFewValidators,
    TooManyValidators,
)
from wattloom.chaincode.governance.messages import Status
from wattloom.chaincode.governance.records import Admission, SeatStatus

GUEST = AddValidator(organisation="guest", node="guest-1", public_key=key("guest-1"))


class TestAdding:
    def test_a_new_validator_signs_and_its_organisation_votes(self, four):
        four.agree(GUEST)
        assert four.signing() == ["east-1", "guest-1", "north-1", "south-1", "west-1"]
        assert "guest" in four.validators().electors
        assert four.seat_of("guest-1").since_height == four.height
        assert "validator_added" in four.event_names()

    def test_a_second_seat_gives_no_second_vote(self, four):
        four.agree(AddValidator(organisation="north", node="north-2", public_key=key("north-2")))
        assert len(four.signing()) == 5
        assert four.validators().electors == ["east", "north", "south", "west"]

    def test_only_members_get_a_seat(self, four):
        action = AddValidator(organisation="nobody", node="nobody-1", public_key=key("nobody-1"))
        refusal = four.proposal_refused(action, NotFound)
        assert refusal.details == {"key": "registry:organisation/nobody"}

    def test_a_node_has_one_seat(self, four):
        action = AddValidator(organisation="guest", node="north-1", public_key=key("another"))
        refusal = four.proposal_refused(action, AlreadyExists)
        assert refusal.details == {"key": "governance:seat/north-1"}

    def test_a_key_is_one_nodes_for_ever(self, five):
        action = AddValidator(organisation="north", node="north-2", public_key=key("upland-1"))
        five.proposal_refused(action, AlreadyExists)
        five.agree(RemoveValidator(node="upland-1"))
        five.proposal_refused(action, AlreadyExists)
        five.agree(AddValidator(organisation="upland", node="upland-1", public_key=key("upland-1")))
        assert len(five.signing()) == 5

    @pytest.mark.parametrize("public_key", [b"", b"\x01" * 31, b"\x01" * 33])
    def test_a_key_has_32_bytes(self, four, public_key):
        action = AddValidator(organisation="guest", node="guest-1", public_key=public_key)
        four.proposal_refused(action, InvalidArgument)

    def test_a_ledger_has_a_hundred_seats_at_most(self):
        ledger = Consortium(["north"], [seat("north", f"n{number}") for number in range(99)])
        ledger.agree(AddValidator(organisation="north", node="n99", public_key=key("n99")))
        action = AddValidator(organisation="north", node="n100", public_key=key("n100"))
        assert ledger.proposal_refused(action, TooManyValidators).details == {"limit": 100}

    def test_a_solo_ledger_has_none(self, solo):
        action = AddValidator(organisation="north", node="north-1", public_key=key("north-1"))
        assert solo.proposal_refused(action, NoValidators).code == "NO_VALIDATORS"

    def test_where_observers_are_listed_a_validator_names_its_node_id(self, four):
        four.agree(SetObservers(admission=Admission.LISTED))
        assert four.proposal_refused(GUEST, NodeIdMissing).details == {"node": "guest-1"}
        four.agree(
            AddValidator(
                organisation="guest", node="guest-1", public_key=key("guest-1"), node_id=node_id("guest-1")
            )
        )


class TestRemoving:
    def test_a_validator_voted_out_signs_no_more(self, five):
        five.agree(RemoveValidator(node="upland-1"))
        assert five.signing() == ["east-1", "north-1", "south-1", "west-1"]
        assert "upland" not in five.validators().electors
        assert "validator_removed" in five.event_names()

    def test_four_stay(self, four):
        refusal = four.proposal_refused(RemoveValidator(node="west-1"), TooFewValidators)
        assert (refusal.code, refusal.details) == ("TOO_FEW_VALIDATORS", {"active": 3, "least": 4})

    def test_a_network_of_fewer_votes_none_out_before_others_are_in(self):
        ledger = Consortium(["a", "b"], [seat("a"), seat("b")])
        ledger.proposal_refused(RemoveValidator(node="b-1"), TooFewValidators)
        for number in (2, 3, 4):
            node = f"a-{number}"
            ledger.agree(AddValidator(organisation="a", node=node, public_key=key(node)))
        ledger.agree(RemoveValidator(node="b-1"))
        assert len(ledger.signing()) == 4

    def test_the_second_of_two_removals_fails_where_four_would_not_stay(self, five):
        first, second = (
            five.propose("north", RemoveValidator(node=f"{name}-1")) for name in ("west", "upland")
        )
        for number in (first, second):
            for name in ("north", "south"):
                five.vote(name, number)
        for name in ("east", "upland"):
            executed = five.vote(name, first)
        assert executed.status is Status.EXECUTED
        failed = five.vote("east", second)
        assert (failed.status, failed.failure) == (Status.FAILED, "TOO_FEW_VALIDATORS")
        assert len(five.signing()) == 4

    def test_a_suspended_validator_is_removed_even_below_four(self, four):
        four.misbehave(evidence(key("west-1"), height=1))
        four.proposal_refused(RemoveValidator(node="east-1"), TooFewValidators)
        four.agree(RemoveValidator(node="west-1"))
        assert [seat.node for seat in four.validators().seats] == ["east-1", "north-1", "south-1"]

    def test_nobody_is_removed_who_has_no_seat(self, four):
        four.proposal_refused(RemoveValidator(node="guest-1"), NotFound)


class TestReinstating:
    @pytest.fixture(autouse=True)
    def _west_is_suspended(self, four):
        four.misbehave(evidence(key("west-1"), height=1))
        assert four.signing() == ["east-1", "north-1", "south-1"]

    def test_a_suspended_validator_signs_again_with_its_key(self, four):
        four.agree(ReinstateValidator(node="west-1"))
        assert four.signing() == ["east-1", "north-1", "south-1", "west-1"]
        again = four.seat_of("west-1")
        assert (again.public_key, again.since_height) == (key("west-1"), four.height)
        assert "validator_reinstated" in four.event_names()

    def test_or_with_a_new_one(self, four):
        four.agree(ReinstateValidator(node="west-1", public_key=key("fresh")))
        assert four.seat_of("west-1").public_key == key("fresh")
        assert four.seat_of("west-1").status is SeatStatus.ACTIVE
        taken = AddValidator(organisation="guest", node="guest-1", public_key=key("west-1"))
        four.proposal_refused(taken, AlreadyExists)

    def test_but_not_with_another_nodes(self, four):
        action = ReinstateValidator(node="west-1", public_key=key("east-1"))
        four.proposal_refused(action, AlreadyExists)

    def test_an_active_validator_is_not_reinstated(self, four):
        refusal = four.proposal_refused(ReinstateValidator(node="east-1"), NotSuspended)
        assert refusal.details == {"node": "east-1"}

    def test_nor_is_a_node_without_a_seat(self, four):
        four.proposal_refused(ReinstateValidator(node="guest-1"), NotFound)
