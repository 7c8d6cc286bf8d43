"""Money is conserved, whatever members, agent and other contracts do in whatever order."""

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.chaincode.accounts.conftest import AGENT, ALICE, BOB, CAROL, Bank
from wattloom.chaincode.accounts import book
from wattloom.chaincode.accounts.records import Account, Amount, Transfer
from wattloom.chaincode.api import ChaincodeError, Context, Contract, Record
from wattloom.chaincode.api.codec import decode

WHO = st.sampled_from([ALICE, BOB, CAROL])
AMOUNTS = st.integers(-1, 50) | st.sampled_from([2**61, 2**62, 2**62 + 1])


class Payment(Record, frozen=True, kw_only=True):
    payer: str
    payee: str
    amount_nano: int


market = Contract("market", summary="Another contract, which locks and pays.")


@market.transaction()
def lock(ctx: Context, payment: Payment) -> None:
    book.lock(ctx, payment.payer, payment.amount_nano)


@market.transaction()
def unlock(ctx: Context, payment: Payment) -> None:
    book.unlock(ctx, payment.payer, payment.amount_nano)


@market.transaction()
def pay(ctx: Context, payment: Payment) -> None:
    book.pay_locked(ctx, payer=payment.payer, payee=payment.payee, amount_nano=payment.amount_nano)


class Money(RuleBasedStateMachine):
    """Accounts against two numbers: what was minted less burned, and the free money of each."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = Bank()
        self.bank.contracts["market"] = market
        self.minted_nano = 0

    def tried(self, who, function, argument) -> bool:
        before = self.bank.contract_state()
        with suppress(ChaincodeError, ValueError):
            self.bank.submit(who, function, argument)
            return True
        assert self.bank.contract_state() == before
        return False

    @rule(who=WHO)
    def opened(self, who):
        with suppress(ChaincodeError):
            self.bank.open(who)

    @rule(who=WHO, amount_nano=AMOUNTS)
    def mint(self, who, amount_nano):
        if self.tried(AGENT, "accounts:mint", Amount(party_id=who.party_id, amount_nano=amount_nano)):
            self.minted_nano += amount_nano

    @rule(who=WHO, amount_nano=AMOUNTS)
    def burn(self, who, amount_nano):
        if self.tried(AGENT, "accounts:burn", Amount(party_id=who.party_id, amount_nano=amount_nano)):
            self.minted_nano -= amount_nano

    @rule(who=WHO, payee=WHO, amount_nano=AMOUNTS)
    def transfer(self, who, payee, amount_nano):
        self.tried(who, "accounts:transfer", Transfer(payee=payee.party_id, amount_nano=amount_nano))

    @rule(who=WHO, payee=WHO, amount_nano=AMOUNTS, function=st.sampled_from(["lock", "unlock", "pay"]))
    def hold(self, who, payee, amount_nano, function):
        payment = Payment(payer=who.party_id, payee=payee.party_id, amount_nano=amount_nano)
        self.tried(who, f"market:{function}", payment)

    @invariant()
    def money_is_what_was_minted_less_burned(self):
        state = self.bank.contract_state()
        accounts = [decode(value, Account) for key, value in state.items() if key.startswith("account/")]
        assert sum(account.free_nano + account.locked_nano for account in accounts) == self.minted_nano
        assert self.bank.total_nano() == self.minted_nano


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
