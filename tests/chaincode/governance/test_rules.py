import pytest

from tests.chaincode.governance.world import MEMBER
from wattloom.chaincode.api import InvalidArgument
from wattloom.chaincode.governance.actions import CancelUpgrade, Upgrade
from wattloom.chaincode.governance.consensus import rules_at
from wattloom.chaincode.governance.errors import NothingPlanned, UpgradePlanned, UpgradeTooSoon
from wattloom.chaincode.governance.messages import UpgradeView
from wattloom.chaincode.governance.records import Rules

SECOND = Rules(version=2, from_height=40)


def plan(ledger) -> UpgradeView:
    return ledger.evaluate(MEMBER, "governance:read_upgrade", None, UpgradeView)


def test_the_first_rules_hold_until_others_are_voted_for(four):
    assert [rules_at(four.committed, height) for height in (0, 1, 10**9)] == [1, 1, 1]
    assert plan(four) == UpgradeView(next_block=Rules(version=1, from_height=0))


def test_new_rules_hold_from_their_height_on_and_the_old_ones_before_it(four):
    four.agree(Upgrade(version=2, from_height=40))
    assert [rules_at(four.committed, height) for height in (0, 39, 40, 41)] == [1, 1, 2, 2]
    assert plan(four) == UpgradeView(next_block=Rules(version=1, from_height=0), planned=SECOND)
    four.make_blocks(39)
    assert plan(four) == UpgradeView(next_block=SECOND)
    assert "upgraded" not in four.event_names()
    four.make_blocks(41)
    assert four.event_names().count("upgraded") == 1
    four.agree(Upgrade(version=5, from_height=100))
    assert [rules_at(four.committed, height) for height in (39, 40, 99, 100)] == [1, 2, 2, 5]


def test_nodes_get_twenty_blocks_notice_of_the_vote_that_passes(four):
    number = four.propose("north", Upgrade(version=2, from_height=22))
    four.vote("north", number)
    four.vote("south", number)
    failed = four.vote("east", number)
    assert (four.height, failed.failure) == (4, "UPGRADE_TOO_SOON")
    refusal = four.proposal_refused(Upgrade(version=2, from_height=24), UpgradeTooSoon)
    assert refusal.details == {"from_height": 24, "earliest": 25}


def test_one_upgrade_is_planned_at_a_time(four):
    four.agree(Upgrade(version=2, from_height=40))
    refusal = four.proposal_refused(Upgrade(version=3, from_height=50), UpgradePlanned)
    assert refusal.details == {"version": 2, "from_height": 40}


@pytest.mark.parametrize("version", [0, 1, 10**6 + 1])
def test_rules_go_forward(four, version):
    four.proposal_refused(Upgrade(version=version, from_height=40), InvalidArgument)


def test_a_planned_upgrade_can_be_cancelled_until_it_begins(four):
    four.proposal_refused(CancelUpgrade(), NothingPlanned)
    four.agree(Upgrade(version=2, from_height=40))
    four.agree(CancelUpgrade())
    assert rules_at(four.committed, 40) == 1
    assert plan(four).planned is None
    assert "upgrade_cancelled" in four.event_names()
    four.agree(Upgrade(version=2, from_height=40))
    four.make_blocks(39)
    four.proposal_refused(CancelUpgrade(), NothingPlanned)
    assert rules_at(four.committed, 40) == 2


def test_a_cancellation_that_comes_too_late_fails(four):
    four.agree(Upgrade(version=2, from_height=40))
    number = four.propose("north", CancelUpgrade())
    four.vote("north", number)
    four.vote("south", number)
    four.make_blocks(39)
    assert four.vote("east", number).failure == "NOTHING_PLANNED"
    assert rules_at(four.committed, 40) == 2
