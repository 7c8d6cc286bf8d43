import pytest

from tests.chaincode.accounts.conftest import ALICE, BOB
from wattloom.chaincode.accounts import book
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.api import Context, NotFound
from wattloom.chaincode.api.overlay import Overlay


@pytest.fixture
def ctx(bank) -> Context:
    """A call of some other contract."""
    return bank._context(ALICE, Overlay(bank.committed)).within("market")


def amounts(bank, ctx, who) -> tuple[int, int]:
    bank.committed.apply(ctx.overlay.changes)
    account = bank.account(who)
    return account.free_nano, account.locked_nano


def test_locked_money_is_not_free(bank, ctx):
    book.lock(ctx, "north.alice", 300)
    assert amounts(bank, ctx, ALICE) == (700, 300)


def test_unlocked_money_is_free_again(bank, ctx):
    book.lock(ctx, "north.alice", 300)
    book.unlock(ctx, "north.alice", 100)
    assert amounts(bank, ctx, ALICE) == (800, 200)


def test_a_payment_takes_the_payers_locked_and_frees_it_for_the_payee(bank, ctx):
    book.lock(ctx, "north.alice", 300)
    book.pay_locked(ctx, payer="north.alice", payee="north.bob", amount_nano=250)
    assert amounts(bank, ctx, ALICE) == (700, 50)
    assert amounts(bank, ctx, BOB) == (250, 0)


def test_a_payment_to_oneself_is_an_unlocking(bank, ctx):
    book.lock(ctx, "north.alice", 300)
    book.pay_locked(ctx, payer="north.alice", payee="north.alice", amount_nano=200)
    assert amounts(bank, ctx, ALICE) == (900, 100)


def test_zero_may_be_locked_paid_and_unlocked(bank, ctx):
    book.lock(ctx, "north.bob", 0)
    book.pay_locked(ctx, payer="north.bob", payee="north.alice", amount_nano=0)
    book.unlock(ctx, "north.bob", 0)
    assert amounts(bank, ctx, BOB) == (0, 0)


def test_more_than_is_free_is_not_locked(bank, ctx):
    with pytest.raises(InsufficientFunds) as refusal:
        book.lock(ctx, "north.alice", 1_001)
    assert refusal.value.details == {"needed_nano": 1_001, "free_nano": 1_000}
    assert amounts(bank, ctx, ALICE) == (1_000, 0)


@pytest.mark.parametrize(
    "act",
    [
        lambda ctx: book.lock(ctx, "north.carol", 1),
        lambda ctx: book.unlock(ctx, "north.carol", 0),
        lambda ctx: book.pay_locked(ctx, payer="north.carol", payee="north.alice", amount_nano=0),
        lambda ctx: book.pay_locked(ctx, payer="north.alice", payee="north.carol", amount_nano=0),
    ],
)
def test_a_party_without_an_account_is_refused_before_anything_is_written(ctx, act):
    with pytest.raises(NotFound) as refusal:
        act(ctx)
    assert refusal.value.details == {"key": "accounts:account/north.carol"}
    assert ctx.overlay.changes == {}


@pytest.mark.parametrize(
    "act",
    [
        lambda ctx: book.lock(ctx, "north.alice", -1),
        lambda ctx: book.unlock(ctx, "north.alice", -1),
        lambda ctx: book.unlock(ctx, "north.alice", 1),
        lambda ctx: book.pay_locked(ctx, payer="north.alice", payee="north.bob", amount_nano=-1),
        lambda ctx: book.pay_locked(ctx, payer="north.alice", payee="north.bob", amount_nano=1),
    ],
)
def test_what_only_a_bug_would_ask_for_is_no_refusal(ctx, act):
    with pytest.raises(ValueError, match=r"an amount is not negative|has 0 nano locked"):
        act(ctx)
    assert ctx.overlay.changes == {}
