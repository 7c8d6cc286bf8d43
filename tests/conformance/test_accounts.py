"""Money moves in the same ways, and stays where the rules say no."""

from wattloom.chaincode.accounts.records import Account, Amount, Party, Supply, Transfer, Transferred
from wattloom.chaincode.api.units import MAX_INT


def test_money_that_was_paid_in_is_transferred_and_paid_out(town):
    anna, bert = town.homes(2, money_nano=1_000)
    bank = town.member("teller", "settlement-agent")
    sent = anna.submit("accounts:transfer", Transfer(payee=bert.party_id, amount_nano=300))
    paid_out = Amount(party_id=bert.party_id, amount_nano=50)
    assert bank.submit("accounts:burn", paid_out, Account).result.free_nano == 1_250
    assert (town.account(anna).free_nano, town.account(bert).free_nano) == (700, 1_250)
    event = next(town.events(sent.height, contract="accounts", name="transferred"))
    assert (event.tx_id, event.height) == (sent.tx_id, sent.height)
    expected = Transferred(payer=anna.party_id, payee=bert.party_id, amount_nano=300)
    assert event.read(Transferred) == expected


def test_the_supply_is_what_was_minted_less_what_was_burned(town):
    auditor = town.member("audit", "auditor")
    before = auditor.query("accounts:total", None, Supply).total_nano
    town.homes(2, money_nano=17)
    assert auditor.query("accounts:total", None, Supply).total_nano == before + 34


def test_a_registrar_opens_accounts_for_parties_of_its_own_organisation_alone(town):
    registrar = town.member("office", "registrar")
    absent = Party(party_id=f"north.{town.name('absent')}")
    assert registrar.submit("accounts:open", absent, Account).result.free_nano == 0
    assert registrar.refusal("accounts:open", absent).code == "ALREADY_EXISTS"
    foreign = registrar.refusal("accounts:open", Party(party_id=f"south.{town.name('absent')}"))
    assert (foreign.code, foreign.details) == ("FORBIDDEN", {"needed": "a registrar of south"})


def test_more_than_is_free_cannot_be_spent_and_the_refusal_has_the_amounts(town):
    anna, bert = town.homes(2, money_nano=1_000)
    refusal = anna.refusal("accounts:transfer", Transfer(payee=bert.party_id, amount_nano=1_001))
    assert refusal.code == "INSUFFICIENT_FUNDS"
    assert refusal.details == {"free_nano": 1_000, "needed_nano": 1_001}
    assert refusal.height is not None
    assert town.account(anna).free_nano == 1_000


def test_what_the_arguments_forbid_is_refused_in_a_block(town):
    [anna] = town.homes(1)
    to_self = anna.refusal("accounts:transfer", Transfer(payee=anna.party_id, amount_nano=1))
    assert to_self.code == "INVALID_ARGUMENT"
    assert to_self.details == {"reason": "payee is the caller, name another party"}
    negative = anna.refusal("accounts:transfer", {"payee": "north.x", "amount_nano": -1})
    assert (negative.code, negative.details) == ("INVALID_ARGUMENT", {})
    nobody = anna.refusal("accounts:transfer", Transfer(payee="north.nobody", amount_nano=1))
    assert (nobody.code, nobody.details) == ("NOT_FOUND", {"key": "accounts:account/north.nobody"})


def test_all_money_stays_within_what_a_ledger_counts(town):
    [anna] = town.homes(1, money_nano=5)
    bank = town.member("teller", "settlement-agent")
    everything = Amount(party_id=anna.party_id, amount_nano=MAX_INT)
    refusal = bank.refusal("accounts:mint", everything)
    assert (refusal.code, refusal.details["limit_nano"]) == ("SUPPLY_TOO_LARGE", MAX_INT)
    assert bank.refusal("accounts:burn", everything).code == "INSUFFICIENT_FUNDS"


def test_only_a_settlement_agent_makes_money(town):
    [anna] = town.homes(1)
    refusal = anna.refusal("accounts:mint", Amount(party_id=anna.party_id, amount_nano=1))
    assert (refusal.code, refusal.details) == ("FORBIDDEN", {"needed": "the role settlement-agent"})
