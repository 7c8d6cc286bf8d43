from tests.chaincode.governance.world import MEMBER, T0, Consortium, evidence, key, seat
from wattloom.chaincode.api import Page
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.governance.actions import AddValidator, ReinstateValidator, RemoveValidator
from wattloom.chaincode.governance.messages import Active, PageAsked
from wattloom.chaincode.governance.records import Incident, Offence, SeatStatus


def incidents(ledger: Consortium) -> list[Incident]:
    return ledger.evaluate(MEMBER, "governance:list_misbehaviour", PageAsked(), Page[Incident]).items


def suspensions(ledger: Consortium) -> list[bool]:
    return [incident.suspended for incident in incidents(ledger)]


def test_evidence_is_recorded_and_suspends_who_signed(five):
    found = evidence(key("west-1"), height=1)
    five.misbehave(found)
    assert five.signing() == ["east-1", "north-1", "south-1", "upland-1"]
    assert five.seat_of("west-1").status is SeatStatus.SUSPENDED
    assert incidents(five) == [
        Incident(
            evidence=found,
            organisation="west",
            node="west-1",
            suspended=True,
            recorded_height=1,
            recorded_at_s=T0,
        )
    ]
    assert five.event_names() == ["validator_misbehaved", "validator_suspended"]


def test_below_four_it_suspends_too_and_raises_the_alarm(four):
    four.misbehave(evidence(key("west-1"), height=1, kind=Offence.LIGHT_CLIENT_ATTACK))
    assert len(four.signing()) == 3
    assert four.event_names()[-1] == "validators_below_minimum"
    assert decode(four.events[-1].payload, Active) == Active(active=3, least=4)


def test_the_last_active_validator_goes_on(four):
    four.misbehave(*(evidence(key(f"{name}-1"), height=1) for name in ("east", "north", "south", "west")))
    assert four.signing() == ["west-1"]
    assert suspensions(four) == [True, True, True, False]
    four.misbehave(evidence(key("west-1"), height=2))
    assert four.signing() == ["west-1"]


def test_a_second_proof_against_a_suspended_validator_is_recorded_alone(five):
    five.misbehave(evidence(key("west-1"), height=1), evidence(key("west-1"), height=1))
    assert suspensions(five) == [True, False]
    assert five.event_names().count("validator_suspended") == 1


def test_evidence_against_nobody_known_is_recorded(four):
    four.misbehave(evidence(key("nobody"), height=1))
    assert [(each.organisation, each.node) for each in incidents(four)] == [("", "")]
    assert len(four.signing()) == 4
    assert four.event_names() == ["validator_misbehaved"]


def test_evidence_against_a_removed_validator_names_it(five):
    five.agree(RemoveValidator(node="upland-1"))
    five.misbehave(evidence(key("upland-1"), height=1))
    assert [(each.node, each.suspended) for each in incidents(five)] == [("upland-1", False)]
    assert len(five.signing()) == 4


def test_what_a_validator_did_before_it_was_reinstated_counts_no_more(four):
    four.misbehave(evidence(key("west-1"), height=1))
    four.agree(ReinstateValidator(node="west-1"))
    since = four.seat_of("west-1").since_height
    four.misbehave(evidence(key("west-1"), height=since - 1))
    assert "west-1" in four.signing()
    four.misbehave(evidence(key("west-1"), height=since))
    assert "west-1" not in four.signing()


def test_what_was_done_with_a_key_that_has_been_replaced_counts_no_more(four):
    four.misbehave(evidence(key("west-1"), height=1))
    four.agree(ReinstateValidator(node="west-1", public_key=key("fresh")))
    four.misbehave(evidence(key("west-1"), height=four.height))
    assert "west-1" in four.signing()
    assert [each.node for each in incidents(four)] == ["west-1", "west-1"]


def test_what_a_validator_did_in_an_earlier_service_counts_no_more(five):
    five.agree(RemoveValidator(node="upland-1"))
    five.agree(AddValidator(organisation="upland", node="upland-1", public_key=key("upland-1")))
    five.misbehave(evidence(key("upland-1"), height=1))
    assert "upland-1" in five.signing()


def test_incidents_are_listed_in_their_order_page_by_page(five):
    five.misbehave(evidence(key("west-1"), height=1))
    five.misbehave(evidence(key("a"), height=3), evidence(key("b"), height=2))
    first = five.evaluate(MEMBER, "governance:list_misbehaviour", PageAsked(limit=2), Page[Incident])
    asked = PageAsked(limit=2, bookmark=first.bookmark)
    rest = five.evaluate(MEMBER, "governance:list_misbehaviour", asked, Page[Incident])
    assert [each.evidence.height for each in first.items + rest.items] == [1, 3, 2]
    assert rest.bookmark == ""


def test_a_block_without_evidence_changes_nothing():
    ledger = Consortium(["a"], [seat("a")])
    before = ledger.contract_state()
    ledger.misbehave()
    assert (ledger.contract_state(), ledger.events) == (before, [])
