"""A solo ledger that does nothing by itself, and has whatever time it is told."""

import time

import pytest

from tests.network.community import Community
from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.api.execution import Status
from wattloom.network.solo.stepped import SteppedEngine
from wattloom.network.solo.verify import verify_ledger

SOON_S = 600


@pytest.fixture
def community():
    return Community()


@pytest.fixture
def folder(tmp_path, community):
    return community.create_ledger(tmp_path / "ledger", accounts=("ann", "bob"))


@pytest.fixture
def engine(folder):
    engine = SteppedEngine(folder)
    yield engine
    engine.stop()


def transfer(community, amount_nano):
    wish = Transfer(payee=community.party("bob"), amount_nano=amount_nano)
    return community.sign("ann", "accounts:transfer", wish, valid_for_s=SOON_S)


def test_block_time_comes_to_what_is_told_and_never_goes_back(engine):
    at_s = int(time.time()) + SOON_S
    for told_s in (at_s, at_s - 60):
        engine.make_blocks([], time_s=told_s)
        assert engine.latest()[1] == at_s


def test_transactions_are_executed_in_their_order_at_the_time_told(engine, community):
    at_s = int(time.time()) + 60
    wishes = [transfer(community, amount) for amount in (1, 10**18, 2)]
    (record,) = engine.make_blocks(wishes, time_s=at_s)
    assert [result.tx_id for result in record.results] == [wish.tx_id for wish in wishes]
    assert [result.status for result in record.results] == [Status.OK, Status.REFUSED, Status.OK]
    assert engine.latest()[1] == at_s


def test_nothing_happens_between_two_calls(engine):
    engine.make_blocks([], time_s=int(time.time()) + 1)
    height = engine.latest()[0]
    assert not engine._thread.is_alive()
    engine.make_blocks([], time_s=0)
    assert engine.latest()[0] == height + 1


def test_what_was_made_verifies(engine, folder, community):
    engine.make_blocks([transfer(community, 5)], time_s=int(time.time()) + 30)
    engine.stop()
    assert verify_ledger(folder).transactions == 1
