"""A ledger that is stopped and started goes on: nothing acknowledged is lost, nothing counts twice."""

import threading
from contextlib import contextmanager

from tests.conformance.trading import Trading
from wattloom.chaincode.accounts.records import Account, Amount
from wattloom.chaincode.transactive.messages import Opened
from wattloom.chaincode.transactive.records import Phase
from wattloom.network.client import sign_offline


@contextmanager
def minting(town, bank, amount):
    """Mint on and on meanwhile; gives the receipts."""
    stop, receipts = threading.Event(), []

    def mint_on():
        while not stop.is_set():
            receipts.append(bank.submit("accounts:mint", amount, Account))

    thread = threading.Thread(target=mint_on)
    thread.start()
    try:
        yield receipts
    finally:
        stop.set()
        thread.join()


def test_nothing_is_lost_and_nothing_done_twice_when_the_ledger_is_stopped_and_started(town):
    buyer, seller = homes = town.homes(2, money_nano=10**15)
    trading = Trading(town, homes, max_iterations=1)
    opened = trading.begin()
    trading.decide(buyer, 70)
    bank = town.member("teller", "settlement-agent")
    amount = Amount(party_id=buyer.party_id, amount_nano=1)
    signed = sign_offline(
        bank.identity, chain_id=town.ledger.chain_id, function="accounts:mint", arguments=amount
    )
    first = bank.send(signed, Account)
    before = town.client().describe()

    with minting(town, bank, amount) as receipts:
        town.ledger.restart()

    receipts = [first, *receipts, bank.submit("accounts:mint", amount, Account)]
    assert len({receipt.tx_id for receipt in receipts}) == len(receipts) > 2
    balances = [receipt.result.free_nano for receipt in receipts]
    assert balances == [balances[0] + number for number in range(len(receipts))]
    assert bank.client.send(signed.raw, Account) == first

    after = town.client().describe()
    assert (after.genesis_hash, after.chain_id) == (before.genesis_hash, before.chain_id)
    assert trading.view(buyer).own.decided
    trading.decide(seller, -70)
    trading.answer(buyer)
    assert trading.answer(seller).phase is Phase.SETTLED
    again = next(town.events(opened, contract="transactive", name="opened"))
    assert again.read(Opened).session_id == trading.session_id
