import pytest

from tests.chaincode.governance.world import MEMBER, Consortium, evidence, key, node_id, seat
from wattloom.chaincode.api import AlreadyExists, InvalidArgument, NotFound, Page
from wattloom.chaincode.governance.actions import SetObservers
from wattloom.chaincode.governance.consensus import observer_admitted
from wattloom.chaincode.governance.errors import NodeIdMissing, NoValidators, TooManyObservers
from wattloom.chaincode.governance.genesis import GenesisSeat
from wattloom.chaincode.governance.messages import PageAsked
from wattloom.chaincode.governance.records import Admission, Observer

WATCHER, STRANGER = node_id("watcher"), node_id("stranger")
LISTED = SetObservers(admission=Admission.LISTED, add=[WATCHER])


def test_at_first_any_node_may_follow(four, solo):
    assert observer_admitted(four.committed, STRANGER)
    assert observer_admitted(solo.committed, STRANGER)


def test_when_listed_only_listed_nodes_and_validators_may(four):
    four.agree(LISTED)
    assert observer_admitted(four.committed, WATCHER)
    assert observer_admitted(four.committed, node_id("north-1"))
    assert not observer_admitted(four.committed, STRANGER)


def test_a_suspended_validator_may_go_on_following(four):
    four.agree(LISTED)
    four.misbehave(evidence(key("north-1"), height=1))
    assert observer_admitted(four.committed, node_id("north-1"))


@pytest.mark.parametrize("odd", ["", "x", "ab/cd", "é" * 40, "a" * 41, " " * 40, "a/" * 20])
def test_what_is_no_id_is_not_admitted(four, odd):
    four.agree(LISTED)
    assert not observer_admitted(four.committed, odd)


def test_the_list_is_kept_while_the_door_is_open(four):
    four.agree(LISTED)
    four.agree(SetObservers(admission=Admission.OPEN))
    assert observer_admitted(four.committed, STRANGER)
    four.agree(SetObservers(admission=Admission.LISTED, add=[STRANGER], remove=[WATCHER]))
    assert observer_admitted(four.committed, STRANGER)
    assert not observer_admitted(four.committed, WATCHER)


def test_the_list_is_shown_page_by_page(four):
    four.agree(SetObservers(admission=Admission.OPEN, add=[WATCHER, STRANGER]))
    first = four.evaluate(MEMBER, "governance:list_observers", PageAsked(limit=1), Page[Observer])
    rest = four.evaluate(
        MEMBER, "governance:list_observers", PageAsked(bookmark=first.bookmark), Page[Observer]
    )
    assert [each.node_id for each in first.items + rest.items] == sorted([WATCHER, STRANGER])


@pytest.mark.parametrize(
    ("action", "refusal"),
    [
        (SetObservers(admission=Admission.OPEN, add=[WATCHER]), AlreadyExists),
        (SetObservers(admission=Admission.OPEN, remove=[STRANGER]), NotFound),
        (SetObservers(admission=Admission.OPEN, add=[STRANGER, STRANGER]), InvalidArgument),
        (SetObservers(admission=Admission.OPEN, remove=[WATCHER, WATCHER]), InvalidArgument),
        (SetObservers(admission=Admission.OPEN, add=[STRANGER], remove=[STRANGER]), InvalidArgument),
        (SetObservers(admission=Admission.OPEN, add=["AB" * 20]), InvalidArgument),
        (SetObservers(admission=Admission.OPEN, add=["ab" * 19]), InvalidArgument),
        (SetObservers(admission=Admission.OPEN, add=[node_id(str(n)) for n in range(101)]), InvalidArgument),
    ],
)
def test_a_list_that_does_not_fit_is_refused(four, action, refusal):
    four.agree(LISTED)
    four.proposal_refused(action, refusal)


def test_a_thousand_nodes_are_listed_at_most(four):
    for hundred in range(10):
        nodes = [node_id(f"{hundred}.{number}") for number in range(100)]
        four.agree(SetObservers(admission=Admission.OPEN, add=nodes))
    refusal = four.proposal_refused(LISTED, TooManyObservers)
    assert refusal.details == {"listed": 1_001, "limit": 1_000}


def test_a_list_never_shuts_a_validator_out():
    nameless = GenesisSeat(organisation="north", node="n1", public_key=key("n1"))
    ledger = Consortium(["north"], [seat("north"), nameless])
    assert ledger.proposal_refused(LISTED, NodeIdMissing).details == {"node": "n1"}
    ledger.agree(SetObservers(admission=Admission.OPEN, add=[WATCHER]))


def test_a_solo_ledger_has_no_observers(solo):
    solo.proposal_refused(LISTED, NoValidators)
