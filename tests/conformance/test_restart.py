"""A ledger that is stopped and started goes on: nothing acknowledged is lost, nothing counts twice."""

import threading

from tests.conformance.trading import Trading
from wattloom.chaincode.accounts.records import Account, Amount
from wattloom.chaincode.transactive.messages import Opened
from wattloom.chaincode.transactive.records import Phase
from wattloom.network.client import sign_offline


def test_a_session_goes_on_after_the_ledger_was_stopped_and_started(town):
    buyer, seller = homes = town.homes(2)
    trading = Trading(town, homes, max_iterations=1)
    opened = trading.begin()
    trading.decide(buyer, 70)
    bank = town.member("teller", "settlement-agent")
    minted = sign_offline(
        bank.identity,
        chain_id=town.ledger.chain_id,
        function="accounts:mint",
        arguments=Amount(party_id=buyer.party_id, amount_nano=1),
    )
    receipt = bank.send(minted, Account)
    before = town.client().describe()

    town.ledger.restart()

    assert bank.client.send(minted.raw, Account) == receipt
    after = town.client().describe()
    assert (after.genesis_hash, after.chain_id) == (before.genesis_hash, before.chain_id)
    assert after.height >= before.height
    assert trading.view(buyer).own.decided
    trading.decide(seller, -70)
    trading.answer(buyer)
    assert trading.answer(seller).phase is Phase.SETTLED
    first = next(town.events(opened, contract="transactive", name="opened"))
    assert first.read(Opened).session_id == trading.session_id


def test_members_who_are_at_it_during_a_restart_lose_nothing_and_do_nothing_twice(town):
    [anna] = town.homes(1, money_nano=1)
    bank = town.member("teller", "settlement-agent")
    amount = Amount(party_id=anna.party_id, amount_nano=1)
    stop, receipts = threading.Event(), []

    def mint_on():
        while not stop.is_set():
            receipts.append(bank.submit("accounts:mint", amount, Account))

    minting = threading.Thread(target=mint_on)
    minting.start()
    try:
        town.ledger.restart()
    finally:
        stop.set()
        minting.join()
    receipts.append(bank.submit("accounts:mint", amount, Account))
    assert len({receipt.tx_id for receipt in receipts}) == len(receipts) > 1
    assert [receipt.result.free_nano for receipt in receipts] == list(range(2, len(receipts) + 2))
    assert town.account(anna).free_nano == len(receipts) + 1
