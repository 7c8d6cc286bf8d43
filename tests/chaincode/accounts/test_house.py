import pytest

from tests.chaincode.accounts.conftest import ALICE, BOB, CAROL
from wattloom.chaincode.accounts import book, house
from wattloom.chaincode.accounts.house import Due
from wattloom.chaincode.api import Context, NotFound
from wattloom.chaincode.api.overlay import Overlay

HOUSE = "north.carol"


@pytest.fixture
def ctx(bank) -> Context:
    """A call of some other contract, after Carol has opened an account and Alice's money is locked."""
    bank.open(CAROL)
    ctx = bank._context(ALICE, Overlay(bank.committed)).within("market")
    book.lock(ctx, "north.alice", 900)
    return ctx


def amounts(bank, ctx):
    bank.committed.apply(ctx.overlay.changes)
    accounts = [bank.account(who) for who in (ALICE, BOB, CAROL)]
    return [(account.free_nano, account.locked_nano) for account in accounts]


def test_payers_pay_from_what_was_locked_and_the_house_holds_what_is_left(bank, ctx):
    dues = [Due("north.alice", unlock_nano=900, owes_nano=500), Due("north.bob", 0, -480)]
    assert house.settle(ctx, dues, house=HOUSE) == 20
    assert amounts(bank, ctx) == [(500, 0), (480, 0), (0, 20)]


def test_a_party_may_be_settled_twice(bank, ctx):
    dues = [Due("north.alice", unlock_nano=400, owes_nano=0), Due("north.alice", 500, 500)]
    assert house.settle(ctx, dues, house=HOUSE) == 500
    assert amounts(bank, ctx) == [(500, 0), (0, 0), (0, 500)]


def test_the_house_pays_no_more_than_it_holds(ctx):
    house.settle(ctx, [Due("north.alice", 900, 500)], house=HOUSE)
    with pytest.raises(ValueError, match="has 500 nano locked, not 501"):
        house.settle(ctx, [Due("north.bob", 0, -501)], house=HOUSE)


@pytest.mark.parametrize(
    "due",
    [Due("north.alice", 100, 101), Due("north.alice", -1, -1), Due(HOUSE, 0, 0), Due("north.bob", 0, 1)],
)
def test_what_cannot_be_owed_is_a_bug_of_the_contract(ctx, due):
    with pytest.raises(ValueError, match="cannot owe"):
        house.settle(ctx, [due], house=HOUSE)


def test_a_party_without_an_account_is_not_found(ctx):
    with pytest.raises(NotFound):
        house.settle(ctx, [Due("north.nobody", 0, 0)], house=HOUSE)
