import pytest

from tests.chaincode.accounts.conftest import AGENT, ALICE, AUDITOR, BOB, CAROL, Bank
from wattloom.chaincode.accounts.errors import InsufficientFunds, SupplyTooLarge
from wattloom.chaincode.accounts.records import Account, Amount, Party, Transfer, Transferred
from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.testing import caller

MAX = 2**62


def test_a_new_account_is_empty(bank):
    account = bank.call(CAROL, "accounts:open", Party(party_id="north.carol"), Account)
    assert account == Account(party_id="north.carol", free_nano=0, locked_nano=0)


def test_an_account_is_opened_once(bank):
    with pytest.raises(AlreadyExists) as refusal:
        bank.open(ALICE)
    assert refusal.value.details == {"key": "accounts:account/north.alice"}
    assert bank.account(ALICE).free_nano == 1_000


def test_a_registrar_opens_accounts_for_its_organisation_alone(bank):
    registrar = caller("north.desk", "registrar")
    bank.submit(registrar, "accounts:open", Party(party_id="north.dora"))
    with pytest.raises(Forbidden, match="registrar of south"):
        bank.submit(registrar, "accounts:open", Party(party_id="south.dora"))


def test_nobody_else_opens_anothers_account(bank):
    with pytest.raises(Forbidden, match="role registrar"):
        bank.submit(ALICE, "accounts:open", Party(party_id="north.carol"))


def test_a_transfer_moves_free_money_and_says_so(bank):
    bank.submit(ALICE, "accounts:transfer", Transfer(payee="north.bob", amount_nano=400))
    assert (bank.account(ALICE).free_nano, bank.account(BOB).free_nano) == (600, 400)
    event = bank.events[-1]
    assert (event.contract, event.name) == ("accounts", "transferred")
    said = Transferred(payer="north.alice", payee="north.bob", amount_nano=400)
    assert decode(event.payload, Transferred) == said


def test_a_transfer_may_take_the_last_of_the_free_money(bank):
    bank.submit(ALICE, "accounts:transfer", Transfer(payee="north.bob", amount_nano=1_000))
    assert bank.account(ALICE).free_nano == 0


@pytest.mark.parametrize(
    ("who", "payee", "amount_nano", "refusal"),
    [
        (ALICE, "north.bob", 1_001, InsufficientFunds),
        (ALICE, "north.alice", 1, InvalidArgument),
        (ALICE, "north.carol", 1, NotFound),
        (CAROL, "north.bob", 1, NotFound),
        (CAROL, "north.carol", 1, NotFound),
        (ALICE, "north.bob", 0, InvalidArgument),
        (ALICE, "north.bob", -1, InvalidArgument),
        (ALICE, "north.bob", MAX + 1, InvalidArgument),
        (ALICE, "Bob", 1, InvalidArgument),
        (ALICE, "north.bob\n", 1, InvalidArgument),
    ],
)
def test_a_refused_transfer_changes_no_contract_state(bank, who, payee, amount_nano, refusal):
    before = bank.contract_state()
    with pytest.raises(refusal):
        bank.submit(who, "accounts:transfer", Transfer(payee=payee, amount_nano=amount_nano))
    assert bank.contract_state() == before


def test_insufficient_funds_says_what_is_needed_and_free(bank):
    with pytest.raises(InsufficientFunds) as refusal:
        bank.submit(ALICE, "accounts:transfer", Transfer(payee="north.bob", amount_nano=1_500))
    assert refusal.value.details == {"needed_nano": 1_500, "free_nano": 1_000}


def test_minting_and_burning_change_account_and_total_alike(bank):
    bank.mint(BOB, 50)
    assert (bank.account(BOB).free_nano, bank.total_nano()) == (50, 1_050)
    bank.submit(AGENT, "accounts:burn", Amount(party_id="north.alice", amount_nano=300))
    assert (bank.account(ALICE).free_nano, bank.total_nano()) == (700, 750)
    assert [event.name for event in bank.events[-2:]] == ["minted", "burned"]


def test_only_free_money_burns(bank):
    with pytest.raises(InsufficientFunds):
        bank.submit(AGENT, "accounts:burn", Amount(party_id="north.alice", amount_nano=1_001))
    assert bank.total_nano() == 1_000


@pytest.mark.parametrize("function", ["mint", "burn"])
def test_money_comes_and_goes_through_the_settlement_agent_alone(bank, function):
    with pytest.raises(Forbidden, match="settlement-agent"):
        bank.submit(ALICE, f"accounts:{function}", Amount(party_id="north.alice", amount_nano=1))


@pytest.mark.parametrize("function", ["mint", "burn"])
def test_no_money_comes_or_goes_without_an_account(bank, function):
    with pytest.raises(NotFound):
        bank.submit(AGENT, f"accounts:{function}", Amount(party_id="north.carol", amount_nano=1))
    assert bank.total_nano() == 1_000


def test_all_money_together_stays_within_62_bits(bank):
    bank.mint(BOB, MAX - 1_000)
    assert bank.total_nano() == MAX
    before = bank.contract_state()
    with pytest.raises(SupplyTooLarge) as refusal:
        bank.mint(ALICE, 1)
    assert refusal.value.details == {"total_nano": MAX + 1, "limit_nano": MAX}
    assert bank.contract_state() == before


def test_one_account_may_hold_all_the_money_there_can_be(bank):
    bank.mint(BOB, MAX - 1_000)
    bank.submit(BOB, "accounts:transfer", Transfer(payee="north.alice", amount_nano=MAX - 1_000))
    assert bank.account(ALICE).free_nano == MAX


@pytest.mark.parametrize("who", [ALICE, AUDITOR, AGENT])
def test_a_statement_is_for_the_party_the_auditor_and_the_agent(bank, who):
    account = bank.evaluate(who, "accounts:statement", Party(party_id="north.alice"), Account)
    assert account.free_nano == 1_000


def test_a_neighbour_sees_no_statement_of_mine(bank):
    with pytest.raises(Forbidden):
        bank.evaluate(BOB, "accounts:statement", Party(party_id="north.alice"), Account)


def test_the_total_is_for_auditors(bank):
    with pytest.raises(Forbidden):
        bank.evaluate(ALICE, "accounts:total", None, Account)


def test_a_ledger_without_money_has_a_total_of_zero():
    assert Bank().total_nano() == 0


def test_every_refusal_has_a_code_of_its_own():
    codes = [error.code for error in (InsufficientFunds, SupplyTooLarge)]
    assert len({*codes, ChaincodeError.code}) == 3
