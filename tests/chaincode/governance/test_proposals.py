import pytest

from tests.chaincode.governance.world import T0, Consortium, admin, authority, evidence, key, seat
from wattloom.chaincode.api import Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.execution import Status as CallStatus
from wattloom.chaincode.governance.actions import AddOrganisation, RemoveValidator, SetParameters, Upgrade
from wattloom.chaincode.governance.errors import (
    AlreadyVoted,
    NotAnElector,
    ProposalClosed,
    TooManyProposals,
)
from wattloom.chaincode.governance.messages import CastVote, Proposal, ProposalNumber, Propose, Status, Voted
from wattloom.chaincode.governance.records import MarketRules
from wattloom.chaincode.testing import caller

GATE = SetParameters(market=MarketRules(gate_closure_s=600))


class TestProposing:
    def test_a_proposal_says_who_wants_what_until_when(self, four):
        number = four.propose("north", GATE, text="Ten minutes.", open_for_s=3_600)
        view = four.read(number)
        assert view.proposal == Proposal(
            number=1,
            organisation="north",
            proposer="north.admin",
            action=GATE,
            text="Ten minutes.",
            opened_at_s=T0,
            expires_at_s=T0 + 3_600,
        )
        assert (view.votes, view.yes, view.no, view.needed) == ([], 0, 0, 3)
        assert four.event_names() == ["proposal_opened"]

    def test_proposals_are_numbered_in_order(self, four):
        assert [four.propose(name, GATE) for name in ("north", "south", "north")] == [1, 2, 3]

    def test_only_an_electors_admin_proposes(self, four):
        four.refused(caller("north.desk", "registrar"), "propose", Propose(action=GATE), Forbidden)
        refusal = four.refused(admin("guest"), "propose", Propose(action=GATE), NotAnElector)
        assert refusal.details == {"organisation": "guest"}
        assert refusal.code == "NOT_AN_ELECTOR"

    def test_an_organisation_has_ten_open_proposals_at_most(self, four):
        numbers = [four.propose("north", GATE) for _ in range(10)]
        refusal = four.refused(admin("north"), "propose", Propose(action=GATE), TooManyProposals)
        assert (refusal.code, refusal.details) == ("TOO_MANY_PROPOSALS", {"limit": 10})
        four.propose("south", GATE)
        four.withdraw("north", numbers[4])
        four.propose("north", GATE)

    def test_what_could_not_be_carried_out_is_not_even_proposed(self, four):
        refusal = four.refused(
            admin("north"), "propose", Propose(action=RemoveValidator(node="nobody-1")), NotFound
        )
        assert refusal.details == {"key": "governance:seat/nobody-1"}

    @pytest.mark.parametrize(
        "options", [{"text": "x" * 501}, {"open_for_s": 59}, {"open_for_s": 31 * 86_400}]
    )
    def test_text_and_time_are_bounded(self, four, options):
        four.refused(admin("north"), "propose", Propose(action=GATE, **options), InvalidArgument)


class TestVoting:
    def test_two_of_four_are_not_enough_and_three_are(self, four):
        number = four.propose("north", GATE)
        assert four.vote("north", number).status is Status.OPEN
        assert four.vote("south", number).status is Status.OPEN
        assert four.read(number).yes == 2
        passed = four.vote("east", number)
        assert (passed.status, passed.closed_at_s) == (Status.EXECUTED, T0)
        names = ["voted", "proposal_passed", "parameters_set", "proposal_closed"]
        assert four.event_names()[-4:] == names

    def test_four_of_six_are_exactly_two_thirds_and_not_enough(self):
        names = [f"o{number}" for number in range(6)]
        ledger = Consortium(names, [seat(name) for name in names])
        number = ledger.propose("o0", GATE)
        assert [ledger.vote(name, number).status for name in names[:5]] == [Status.OPEN] * 4 + [
            Status.EXECUTED
        ]

    def test_with_two_against_it_of_four_a_proposal_is_rejected(self, four):
        number = four.propose("north", GATE)
        four.vote("north", number)
        assert four.vote("south", number, approve=False).status is Status.OPEN
        assert four.vote("east", number, approve=False).status is Status.REJECTED
        refusal = four.refused(admin("west"), "vote", CastVote(number=number, approve=True), ProposalClosed)
        assert refusal.details == {"number": number, "status": "rejected"}

    def test_an_organisation_votes_once_whoever_of_it_acts(self, four):
        number = four.propose("north", GATE)
        four.vote("north", number)
        second = caller("north.deputy", "consortium-admin")
        for approve in (True, False):
            vote = CastVote(number=number, approve=approve)
            refusal = four.refused(second, "vote", vote, AlreadyVoted)
            assert refusal.details == {"number": number, "organisation": "north"}
        assert four.read(number).yes == 1

    def test_only_an_electors_admin_votes(self, four):
        number = four.propose("north", GATE)
        vote = CastVote(number=number, approve=True)
        four.refused(caller("north.desk", "registrar"), "vote", vote, Forbidden)
        four.refused(admin("guest"), "vote", vote, NotAnElector)

    def test_nobody_votes_on_what_is_not_proposed(self, four):
        four.refused(admin("north"), "vote", CastVote(number=7, approve=True), NotFound)

    def test_a_vote_is_announced_with_how_it_counts(self, four):
        number = four.propose("north", GATE)
        four.vote("south", number, approve=False)
        voted = Voted(number=1, organisation="south", approve=False, yes=0, no=1, electors=4)
        assert decode(four.events[-1].payload, Voted) == voted

    def test_votes_of_an_organisation_that_left_the_electorate_do_not_count(self, five):
        number = five.propose("north", GATE)
        five.vote("north", number)
        five.vote("south", number)
        five.misbehave(evidence(key("south-1"), height=1))
        view = five.read(number)
        assert ([vote.organisation for vote in view.votes], view.yes) == (["north", "south"], 1)
        assert five.vote("east", number).status is Status.OPEN
        assert five.vote("west", number).status is Status.EXECUTED

    def test_on_a_solo_ledger_all_members_vote(self, solo):
        number = solo.propose("north", GATE)
        assert solo.vote("north", number).status is Status.OPEN
        assert solo.vote("south", number).status is Status.EXECUTED

    def test_one_organisation_alone_passes_by_its_own_vote(self):
        ledger = Consortium(["north"])
        assert ledger.vote("north", ledger.propose("north", GATE)).status is Status.EXECUTED

    def test_what_has_become_impossible_fails_and_changes_nothing(self, four):
        east = AddOrganisation(organisation="new", ca_certificate=authority("new").certificate)
        first, second = four.propose("north", east), four.propose("south", east)
        for number in (first, second):
            for name in ("north", "south"):
                four.vote(name, number)
        assert four.vote("east", first).status is Status.EXECUTED
        before = four.committed.values["registry"].copy()
        failed = four.vote("east", second)
        assert (failed.status, failed.failure) == (Status.FAILED, "ALREADY_EXISTS")
        assert four.committed.values["registry"] == before
        assert four.read(second).yes == 3
        assert four.event_names()[-3:] == ["voted", "proposal_passed", "proposal_closed"]


class TestEnding:
    def test_its_organisation_withdraws_a_proposal_and_no_other(self, four):
        number = four.propose("north", GATE)
        four.refused(admin("south"), "withdraw", ProposalNumber(number=number), Forbidden)
        assert four.withdraw("north", number).status is Status.WITHDRAWN
        four.refused(admin("north"), "withdraw", ProposalNumber(number=number), ProposalClosed)
        four.refused(admin("north"), "vote", CastVote(number=number, approve=True), ProposalClosed)

    def test_nobody_withdraws_what_is_not_proposed(self, four):
        four.refused(admin("north"), "withdraw", ProposalNumber(number=3), NotFound)

    def test_a_proposal_expires_past_its_deadline_and_not_at_it(self, four):
        number = four.propose("north", GATE, open_for_s=60)
        four.advance_to(T0 + 60)
        assert four.read(number).proposal.status is Status.OPEN
        four.advance_to(T0 + 61)
        expired = four.read(number).proposal
        assert (expired.status, expired.closed_at_s) == (Status.EXPIRED, T0 + 61)
        assert four.event_names()[-1] == "proposal_closed"
        refusal = four.refused(admin("south"), "vote", CastVote(number=number, approve=True), ProposalClosed)
        assert refusal.details["status"] == "expired"

    def test_a_decided_proposal_does_not_expire(self, four):
        number = four.propose("north", GATE, open_for_s=60)
        for name in ("north", "south", "east"):
            four.vote(name, number)
        four.advance_to(T0 + 61)
        assert four.read(number).proposal.status is Status.EXECUTED
        assert [outcome.status for outcome in four.timer_outcomes] == [CallStatus.OK]

    def test_an_expired_proposal_frees_a_place(self, four):
        for _ in range(10):
            four.propose("north", GATE, open_for_s=60)
        four.advance_to(T0 + 61)
        four.propose("north", Upgrade(version=2, from_height=1_000))
