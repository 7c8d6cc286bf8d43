import pytest

from tests.chaincode.governance.world import MEMBER
from wattloom.chaincode.api import InvalidArgument, NotFound, Page
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.api.execution import MAX_RESULT_BYTES
from wattloom.chaincode.governance.actions import AddOrganisation, SetObservers, SetParameters
from wattloom.chaincode.governance.messages import (
    PageAsked,
    Proposal,
    ProposalNumber,
    ProposalView,
    Validators,
)
from wattloom.chaincode.governance.records import Admission, MarketRules
from wattloom.chaincode.testing import caller

GATE = SetParameters(market=MarketRules(gate_closure_s=600))


def test_proposals_are_listed_oldest_first_page_by_page(four):
    for name in ("north", "south", "east"):
        four.propose(name, GATE)
    four.withdraw("south", 2)
    first = four.evaluate(MEMBER, "governance:list_proposals", PageAsked(limit=2), Page[Proposal])
    asked = PageAsked(limit=2, bookmark=first.bookmark)
    rest = four.evaluate(MEMBER, "governance:list_proposals", asked, Page[Proposal])
    found = [(each.number, each.status.value) for each in first.items + rest.items]
    assert found == [(1, "open"), (2, "withdrawn"), (3, "open")]


@pytest.mark.parametrize("asked", [PageAsked(limit=0), PageAsked(limit=51), PageAsked(bookmark="vote/1")])
def test_a_page_is_bounded(four, asked):
    with pytest.raises(InvalidArgument):
        four.evaluate(MEMBER, "governance:list_proposals", asked, Page[Proposal])


def test_a_full_page_of_the_largest_proposals_fits_an_answer():
    ids = [f"{number:040x}" for number in range(100)]
    observers = SetObservers(admission=Admission.LISTED, add=ids, remove=ids)
    organisation = AddOrganisation(organisation="x" * 64, ca_certificate=b"\xff" * 4096)
    largest = max(len(_encoded(action)) for action in (observers, organisation))
    assert 50 * largest < MAX_RESULT_BYTES


def _encoded(action) -> bytes:
    proposal = Proposal(
        number=10**9,
        organisation="x" * 64,
        proposer=f"{'x' * 64}.{'y' * 64}",
        action=action,
        text="\U0001f600" * 500,
        opened_at_s=10**9,
        expires_at_s=10**9,
        closed_at_s=10**9,
        failure="CERTIFICATE_NOT_YET_VALID",
    )
    return encode(proposal)


def test_what_is_not_proposed_is_not_found(four):
    with pytest.raises(NotFound):
        four.evaluate(MEMBER, "governance:read_proposal", ProposalNumber(number=1), ProposalView)


@pytest.mark.parametrize("role", ["home", "registrar", "auditor", "coordinator", "consortium-admin"])
def test_every_member_sees_who_validates_and_who_votes(four, role):
    seen = four.evaluate(caller("guest.x", role), "governance:read_validators", None, Validators)
    assert [seat.node for seat in seen.seats] == ["east-1", "north-1", "south-1", "west-1"]
    assert (seen.electors, seen.least_active) == (["east", "north", "south", "west"], 4)
