"""A ledger whose time is moved: members sign by it, blocks bear it, and what is kept can be served again."""

import time

import pytest

from tests.market.transactive.samples import random_community
from wattloom.chaincode.accounts.records import Account, Party
from wattloom.market.auction.day.ledger import LedgerTime, MovedLedger, MovedTime
from wattloom.market.day.members import Members
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.verify import verify_ledger

DAY_S = 86_400
START_S = (int(time.time()) // DAY_S - 3) * DAY_S


@pytest.fixture
def ledger(tmp_path):
    return MovedLedger(tmp_path / "ledger", MovedTime(START_S))


async def test_time_is_moved_a_day_on_and_transactions_bear_it(ledger):
    members = Members.certify(random_community(3), ledger.authority, not_before_s=ledger.not_before_s)
    with ledger.running() as way:
        async with way.client(members.officers["auditor"]) as auditor:
            clock = LedgerTime(ledger.moved, auditor)
            assert START_S <= (await auditor.describe()).block_time_s < START_S + 60
            await clock.wait_until(START_S + DAY_S)
            asked = Party(party_id="community.auditor")
            receipt = await auditor.submit("accounts:open", asked, Account)
            assert START_S + DAY_S <= receipt.block_time_s < START_S + DAY_S + 60
            assert (await auditor.evaluate("accounts:statement", asked, Account)).free_nano == 0
    assert ledger.verify().transactions == 1


async def test_time_never_goes_back(ledger):
    ledger.moved.move_to(START_S + DAY_S)
    ledger.moved.move_to(START_S)
    assert ledger.moved.seconds() >= START_S + DAY_S


def test_a_kept_ledger_is_verified_like_any_other(ledger, tmp_path):
    with ledger.running():
        pass
    found = verify_ledger(LedgerFolder(tmp_path / "ledger"), genesis_hash=ledger.verify().genesis_hash)
    assert found.height == ledger.verify().height


def test_moved_time_goes_on_as_the_machines_does():
    moved = MovedTime(START_S)
    before, began_s = moved.seconds(), time.time()
    assert moved.seconds() - before <= time.time() - began_s + 1e-3
