import pytest

from tests.chaincode.governance.world import Consortium, evidence, key, seat
from wattloom.chaincode.governance.electorate import Tally, electorate
from wattloom.chaincode.governance.records import Vote


def vote(organisation: str, *, approve: bool = True) -> Vote:
    return Vote(organisation=organisation, party_id=f"{organisation}.a", approve=approve, cast_at_s=0)


def test_organisations_with_an_active_validator_vote_once_however_many_they_have():
    seats = [seat("north", "n1"), seat("north", "n2"), seat("south")]
    ledger = Consortium(["east", "north", "south"], seats)
    assert electorate(ledger.committed) == ["north", "south"]


def test_without_validators_every_member_votes(solo):
    assert electorate(solo.committed) == ["north", "south"]


def test_a_suspended_validator_gives_no_vote(four):
    four.misbehave(evidence(key("west-1"), height=1))
    assert electorate(four.committed) == ["east", "north", "south"]


@pytest.mark.parametrize(
    ("electors", "needed"),
    [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 5), (9, 7), (10, 7), (100, 67)],
)
def test_more_than_two_thirds_are_needed(electors, needed):
    names = [f"o{number:03d}" for number in range(electors)]
    assert Tally(names, []).needed == needed
    assert Tally(names, [vote(name) for name in names[:needed]]).passes
    assert not Tally(names, [vote(name) for name in names[: needed - 1]]).passes


@pytest.mark.parametrize(("electors", "blocking"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2), (7, 3)])
def test_a_third_or_more_against_it_leave_no_hope(electors, blocking):
    names = [f"o{number}" for number in range(electors)]
    assert Tally(names, [vote(name, approve=False) for name in names[:blocking]]).hopeless
    assert not Tally(names, [vote(name, approve=False) for name in names[: blocking - 1]]).hopeless


def test_votes_of_others_than_electors_do_not_count():
    tally = Tally(["a", "b"], [vote("a"), vote("c"), vote("d", approve=False)])
    assert (tally.yes, tally.no) == (1, 0)
