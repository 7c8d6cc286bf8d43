"""Queries read what is committed, say at which height, and are judged like transactions."""

import time

from tests.conformance import raw
from tests.conformance.town import together
from wattloom.chaincode.accounts.records import Account, Amount, Party, Supply
from wattloom.chaincode.api.codec import encode
from wattloom.network.client import sign_offline
from wattloom.network.transactions import sign
from wattloom.network.wire.gateway_pb2 import EvaluateRequest


def test_whoever_has_a_receipt_reads_what_it_wrote(town):
    [anna] = town.homes(1, money_nano=1)
    bank = town.member("teller", "settlement-agent")
    wanted = Party(party_id=anna.party_id)
    for _ in range(5):
        amount = Amount(party_id=anna.party_id, amount_nano=1)
        minted = bank.submit("accounts:mint", amount, Account).result
        assert bank.query("accounts:statement", wanted, Account) == minted


def test_an_answer_says_at_which_committed_height_it_was_read(town):
    ledger, [anna] = town.ledger, town.homes(1)
    arguments = Party(party_id=anna.party_id)
    query = sign_offline(
        anna.identity, chain_id=ledger.chain_id, function="accounts:statement", arguments=arguments
    )
    before = town.client().describe().height
    found = raw.answer(town, "Evaluate", EvaluateRequest(transaction=query.raw))
    assert before <= found.height <= town.client().describe().height
    assert found.data == encode(town.account(anna))


def test_a_query_is_for_whom_its_contract_says(town):
    [anna] = town.homes(1)
    wanted = Party(party_id=anna.party_id)
    for role in ("auditor", "settlement-agent"):
        reader = town.member(role, role, organisation="east")
        assert reader.query("accounts:statement", wanted, Account).party_id == anna.party_id
    stranger = town.member("stranger")
    refusal = stranger.refusal("accounts:statement", wanted, query=True)
    assert (refusal.code, refusal.tx_id, refusal.height) == ("FORBIDDEN", "", None)
    assert refusal.details == {"needed": "the role auditor or settlement-agent"}
    assert anna.refusal("accounts:total", query=True).code == "FORBIDDEN"


def test_a_query_whose_validity_has_passed_is_refused_like_a_transaction(town):
    [anna] = town.homes(1)
    auditor = town.member("audit", "auditor")
    assert auditor.query("accounts:total", None, Supply).total_nano > 0
    late = sign(
        anna.identity,
        chain_id=town.ledger.chain_id,
        function="accounts:statement",
        arguments=encode(Party(party_id=anna.party_id)),
        valid_until_s=int(time.time()) - 60,
        introduce=False,
    )
    refusal = raw.refusal(town, "Evaluate", EvaluateRequest(transaction=late.raw))
    assert (refusal.code, refusal.details["valid_until_s"]) == ("TRANSACTION_EXPIRED", late.valid_until_s)


def test_queries_are_answered_beside_each_other_and_beside_transactions(town):
    homes = town.homes(6, money_nano=3)
    bank = town.member("teller", "settlement-agent")

    def mint(home):
        return bank.submit("accounts:mint", Amount(party_id=home.party_id, amount_nano=1)).height

    together([lambda home=home: mint(home) for home in homes] + [lambda h=h: town.account(h) for h in homes])
    assert [town.account(home).free_nano for home in homes] == [4] * 6


def test_the_description_names_chain_genesis_and_every_contract(town):
    found = town.client().describe()
    assert (found.chain_id, found.genesis_hash) == (town.ledger.chain_id, town.ledger.genesis.hash)
    assert found.engine == town.ledger.engine
    assert {"accounts", "registry", "transactive"} <= {each["contract"] for each in found.contracts}
