"""Many members at once: each transaction counts once, in one order that everybody sees."""

from tests.conformance.town import together
from wattloom.chaincode.accounts.records import Account, Amount, Party, Transfer, Transferred
from wattloom.chaincode.registry.records import Home
from wattloom.network.client import Refused, sign_offline


def test_money_is_conserved_when_everybody_pays_everybody(town):
    homes = town.homes(8, money_nano=1_000)
    payments = [
        (payer, Transfer(payee=payee.party_id, amount_nano=number + 1))
        for number, payer in enumerate(homes)
        for payee in homes
        if payee is not payer
    ]
    receipts = together(
        lambda payer=payer, order=order: payer.submit("accounts:transfer", order) for payer, order in payments
    )
    places = {(receipt.height, receipt.index) for receipt in receipts}
    assert len(places) == len(payments)
    balances = [town.account(home).free_nano for home in homes]
    assert sum(balances) == 8_000
    assert balances == [1_000 - 7 * (number + 1) + 36 - (number + 1) for number in range(8)]


def test_one_transaction_that_many_send_through_every_gateway_is_committed_once(town):
    anna, bert = town.homes(2, money_nano=100)
    signed = sign_offline(
        anna.identity,
        chain_id=town.ledger.chain_id,
        function="accounts:transfer",
        arguments=Transfer(payee=bert.party_id, amount_nano=60),
        introduce=False,
    )
    gateways = len(town.ledger.addresses)
    senders = [town.client(first=number % gateways) for number in range(12)]
    for client in senders:
        list(client.blocks(town.height, to_height=town.height))
    receipts = together(lambda client=client: client.send(signed.raw) for client in senders)
    assert {(each.tx_id, each.height, each.index) for each in receipts} == {
        (signed.tx_id.hex(), receipts[0].height, receipts[0].index)
    }
    town.saw(receipts[0].height)
    assert town.account(bert).free_nano == 160
    [block] = town.client().blocks(receipts[0].height, to_height=receipts[0].height)
    assert [result.tx_id for result in block.results].count(signed.tx_id.hex()) == 1


def test_of_equal_wishes_the_first_in_the_ledgers_order_is_granted(town):
    home = f"north.{town.name('wanted')}"
    registrars = [town.member(f"office{number}", "registrar") for number in range(6)]

    def register(number, registrar):
        try:
            receipt = registrar.submit("registry:register_home", Home(party_id=home, limit_wh=number), Home)
        except Refused as refusal:
            return refusal.height, refusal.tx_id, refusal.code
        return receipt.height, receipt.tx_id, "granted"

    asked = together(lambda at=at: register(*at) for at in enumerate(registrars))

    def place(height, tx_id):
        [block] = town.client().blocks(height, to_height=height)
        return height, [result.tx_id for result in block.results].index(tx_id)

    in_order = sorted(asked, key=lambda wish: place(wish[0], wish[1]))
    assert [end for _, _, end in in_order] == ["granted"] + ["ALREADY_EXISTS"] * 5


def test_each_transaction_sees_what_those_before_it_in_the_block_wrote(town):
    [anna] = town.homes(1, money_nano=1)
    bank = town.member("teller", "settlement-agent")
    bank.query("accounts:statement", Party(party_id=anna.party_id), Account)
    amount = Amount(party_id=anna.party_id, amount_nano=1)
    minted = together(lambda: bank.submit("accounts:mint", amount, Account) for _ in range(20))
    in_order = sorted(minted, key=lambda receipt: (receipt.height, receipt.index))
    assert [receipt.result.free_nano for receipt in in_order] == list(range(2, 22))


def test_events_of_many_transactions_stand_in_the_order_of_the_transactions(town):
    homes = town.homes(4, money_nano=100)
    first = town.height
    receipts = together(
        lambda at=at: homes[at].submit(
            "accounts:transfer", Transfer(payee=homes[at - 1].party_id, amount_nano=1)
        )
        for at in (0, 1, 2, 3)
        for _ in range(3)
    )
    parties = {home.party_id for home in homes}
    ours = (
        event
        for event in town.events(first, contract="accounts", name="transferred")
        if event.read(Transferred).payer in parties
    )
    told = [next(ours).tx_id for _ in receipts]
    in_order = sorted(receipts, key=lambda receipt: (receipt.height, receipt.index))
    assert told == [receipt.tx_id for receipt in in_order]
