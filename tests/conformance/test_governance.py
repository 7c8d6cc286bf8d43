"""The organisations decide together, and what they decide holds from then on."""

from itertools import takewhile

import pytest
from msgspec.structs import replace

from tests.conformance.assembly import Assembly
from tests.conformance.ledgers import START_S, authority
from tests.conformance.town import together
from tests.conformance.trading import Trading
from wattloom.chaincode.accounts.records import Party
from wattloom.chaincode.api import Page
from wattloom.chaincode.governance.actions import (
    AddOrganisation,
    AddValidator,
    CancelUpgrade,
    ReinstateValidator,
    RemoveValidator,
    SetObservers,
    SetParameters,
    Upgrade,
)
from wattloom.chaincode.governance.messages import (
    CastVote,
    PageAsked,
    Parameters,
    Proposal,
    ProposalNumber,
    ProposalView,
    Propose,
    Status,
    UpgradeView,
    Validators,
)
from wattloom.chaincode.governance.records import (
    Admission,
    ConsensusLimits,
    Incident,
    MarketRules,
    Observer,
)
from wattloom.chaincode.registry.records import Manufacturer, Organisation
from wattloom.network.chain.block import Block
from wattloom.network.chain.validator_key import ValidatorKey

NOTHING_NEW = SetParameters(market=MarketRules())
MUCH_LATER = 10**9


@pytest.fixture
def assembly(town):
    return Assembly(town)


@pytest.fixture
def north(assembly):
    return assembly.admins["north"]


@pytest.fixture
def seats(north):
    return north.query("governance:read_validators", None, Validators).seats


def refused(member, action):
    """Return code and details with which a proposal is refused."""
    refusal = member.refusal("governance:propose", Propose(action=action))
    return refusal.code, refusal.details


def test_more_than_two_thirds_carry_a_proposal_and_it_holds_at_once(town, assembly, north):
    capped = SetParameters(market=MarketRules(highest_price_cap_nano_per_wh=10))
    proposal = assembly.propose(capped)
    first = town.height
    votes = [assembly.vote(proposal, name) for name in ("east", "north", "south")]
    assert [each.status for each in votes] == [Status.OPEN, Status.OPEN, Status.EXECUTED]
    last = town.height
    try:
        assert north.query("governance:read_parameters", None, Parameters).market == capped.market
        trading = Trading(town, [assembly.admins["east"], north])
        refusal = trading.coordinator.refusal("transactive:open_session", trading.request())
        assert (refusal.code, refusal.details) == ("PRICE_CAP_TOO_HIGH", {"highest_nano_per_wh": 10})
    finally:
        assembly.carry(NOTHING_NEW)
    told = takewhile(lambda event: event.height <= last, town.events(first, contract="governance"))
    assert [event.name for event in told] == [
        "proposal_opened",
        *["voted"] * 3,
        "proposal_passed",
        "parameters_set",
        "proposal_closed",
    ]


def test_votes_are_cast_once_while_a_proposal_is_open_and_are_read_by_everybody(town, assembly, north):
    proposal = assembly.propose(NOTHING_NEW)
    yes = CastVote(number=proposal.number, approve=True)
    assembly.vote(proposal, "north")
    twice = north.refusal("governance:vote", yes)
    assert (twice.code, twice.details["organisation"]) == ("ALREADY_VOTED", "north")
    assert town.member("guest").refusal("governance:vote", yes).code == "FORBIDDEN"
    assembly.vote(proposal, "east", approve=False)
    seen = town.member("reader").query(
        "governance:read_proposal", ProposalNumber(number=proposal.number), ProposalView
    )
    assert (seen.yes, seen.no, seen.needed) == (1, 1, 3)
    assert [vote.organisation for vote in seen.votes] == ["east", "north"]
    assert assembly.vote(proposal, "south", approve=False).status is Status.REJECTED
    late = assembly.admins["west"].refusal("governance:vote", yes)
    assert (late.code, late.details) == (
        "PROPOSAL_CLOSED",
        {"number": proposal.number, "status": "rejected"},
    )
    nothing = ProposalNumber(number=10**6)
    assert north.refusal("governance:read_proposal", nothing, query=True).code == "NOT_FOUND"


def test_a_proposal_is_taken_back_by_the_organisation_that_made_it(assembly):
    proposal = assembly.propose(NOTHING_NEW)
    number = ProposalNumber(number=proposal.number)
    assert assembly.admins["south"].refusal("governance:withdraw", number).code == "FORBIDDEN"
    assert assembly.withdraw(proposal).status is Status.WITHDRAWN
    assert assembly.admins["north"].refusal("governance:withdraw", number).code == "PROPOSAL_CLOSED"


def test_an_organisation_has_ten_open_proposals_at_most(assembly):
    opened = together(lambda: assembly.propose(NOTHING_NEW, by="east") for _ in range(10))
    assert refused(assembly.admins["east"], NOTHING_NEW) == ("TOO_MANY_PROPOSALS", {"limit": 10})
    page = assembly.admins["east"].query(
        "governance:list_proposals",
        PageAsked(limit=4, bookmark=f"proposal/{min(each.number for each in opened):010d}"),
        Page[Proposal],
    )
    numbers = sorted(each.number for each in opened)
    assert [proposal.number for proposal in page.items] == numbers[1:5]
    together(lambda each=each: assembly.withdraw(each) for each in opened)


def test_what_passes_and_can_be_done_no_more_has_failed(town, assembly):
    cooperative = authority(town.name("cooperative"))
    adding = AddOrganisation(organisation=cooperative.organisation, ca_certificate=cooperative.certificate)
    second = assembly.propose(adding)
    with assembly.admitted(cooperative):
        decided = assembly.decide(second)
    assert (decided.status, decided.failure) == (Status.FAILED, "ALREADY_EXISTS")


def test_one_organisation_alone_admits_nobody(town, north):
    stranger = authority(town.name("stranger"))
    name = stranger.organisation
    for function, wish in (
        ("add_organisation", Organisation(organisation=name, ca_certificate=stranger.certificate)),
        ("add_manufacturer", Manufacturer(manufacturer=name, root_certificate=stranger.certificate)),
    ):
        refusal = north.refusal(f"registry:{function}", wish)
        assert (refusal.code, refusal.details) == ("NEEDS_VOTE", {"electors": 4})


def test_members_of_an_organisation_that_was_dismissed_are_strangers(town, assembly):
    cooperative = authority(town.name("cooperative"))
    name = cooperative.organisation
    carla = town.acting(cooperative.issue_client("carla", role="home", not_before_s=START_S), f"{name}.carla")
    admin = cooperative.issue_client("admin", role="consortium-admin", not_before_s=START_S)
    admin = town.acting(admin, f"{name}.admin")
    with assembly.admitted(cooperative):
        carla.submit("accounts:open", Party(party_id=carla.party_id))
        electors = carla.query("governance:read_validators", None, Validators).electors
        if name not in electors:  # only where validators are recorded: they alone vote
            assert refused(admin, NOTHING_NEW) == ("NOT_AN_ELECTOR", {"organisation": name})
    refusal = carla.refusal("accounts:open", Party(party_id=carla.party_id))
    assert (refusal.code, refusal.details) == ("UNKNOWN_ORGANISATION", {"organisation": name})


def test_an_upgrade_is_planned_in_time_and_can_be_cancelled(assembly, north):
    assert refused(north, CancelUpgrade()) == ("NOTHING_PLANNED", {})
    assert refused(north, Upgrade(version=2, from_height=1))[0] == "UPGRADE_TOO_SOON"
    assert refused(north, Upgrade(version=1, from_height=MUCH_LATER))[0] == "INVALID_ARGUMENT"
    assembly.carry(Upgrade(version=2, from_height=MUCH_LATER))
    try:
        found = north.query("governance:read_upgrade", None, UpgradeView)
        assert (found.next_block.version, found.planned.from_height) == (1, MUCH_LATER)
        assert refused(north, Upgrade(version=3, from_height=MUCH_LATER)) == (
            "UPGRADE_PLANNED",
            {"from_height": MUCH_LATER, "version": 2},
        )
    finally:
        assembly.carry(CancelUpgrade())
    assert north.query("governance:read_upgrade", None, UpgradeView).planned is None


def test_seats_are_those_of_the_genesis_and_nobody_has_offended(town, north, seats):
    recorded = {seat.public_key for seat in seats}
    signing = {each.public_key for each in town.ledger.validators.validators}
    assert recorded == (signing if len(signing) > 1 else set())
    assert north.query("governance:list_misbehaviour", PageAsked(), Page[Incident]).items == []


def test_what_is_about_validators_needs_a_ledger_that_records_them(town, assembly, north, seats):
    key = ValidatorKey.generate().public_key
    another = AddValidator(organisation="north", node=town.name("node"), public_key=key, node_id="5" * 40)
    if not seats:
        for action in (
            another,
            SetObservers(admission=Admission.LISTED),
            SetParameters(consensus=ConsensusLimits()),
        ):
            assert refused(north, action) == ("NO_VALIDATORS", {})
        assert refused(north, RemoveValidator(node="any"))[0] == "NOT_FOUND"
        return
    first = seats[0].node
    assert refused(north, RemoveValidator(node=first)) == ("TOO_FEW_VALIDATORS", {"active": 3, "least": 4})
    assert refused(north, ReinstateValidator(node=first)) == ("NOT_SUSPENDED", {"node": first})
    assert refused(north, replace(another, public_key=seats[0].public_key))[0] == "ALREADY_EXISTS"
    assembly.carry(another)
    joined = town.height
    assert len(north.query("governance:read_validators", None, Validators).seats) == len(seats) + 1
    assembly.carry(RemoveValidator(node=another.node))
    trusted = town.ledger.validators.hash
    blocks = (Block.decode(block.block).header for block in town.client().blocks(joined))
    signed = [header.validators_hash == trusted for header in (next(blocks), next(blocks), next(blocks))]
    assert signed == [True, True, False]  # who is voted in at H signs from H + 2 on
    town.saw(next(header for header in blocks if header.validators_hash == trusted).height)


def test_observers_are_listed_by_vote(town, assembly, north, seats):
    if not seats:
        assert north.query("governance:list_observers", PageAsked(), Page[Observer]).items == []
        return
    listed = sorted(f"{number:040x}" for number in range(3))
    assembly.carry(SetObservers(admission=Admission.LISTED, add=listed))
    try:
        page = north.query("governance:list_observers", PageAsked(limit=2), Page[Observer])
        rest = PageAsked(limit=2, bookmark=page.bookmark)
        found = page.items + north.query("governance:list_observers", rest, Page[Observer]).items
        assert [observer.node_id for observer in found] == listed
        key = ValidatorKey.generate().public_key
        nameless = AddValidator(organisation="north", node=town.name("node"), public_key=key)
        assert refused(north, nameless) == ("NODE_ID_MISSING", {"node": nameless.node})
    finally:
        assembly.carry(SetObservers(admission=Admission.OPEN, remove=listed))
    assert north.query("governance:read_parameters", None, Parameters).observers.listed == 0
