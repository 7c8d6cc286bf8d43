"""A call that fails says at which stage: nothing was sent, nobody knows, or the ledger said no."""

import socket

import pytest

from wattloom.chaincode.accounts.records import Account, Amount, Party, Transfer
from wattloom.chaincode.api.execution import Status
from wattloom.network.client import CommitUnknown, NotAnswered, NotSubmitted, Refused, State, sign_offline

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def anna(town):
    return town.member("anna")


@pytest.fixture
def silence():
    """An address at which everybody is heard and nobody answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def elsewhere(town, address, identity=None, **options):
    """Return a client that knows this address alone."""
    return town.client(identity, addresses=[address], patience_s=1.0, **options)


def open_account(member, client):
    return client.submit("accounts:open", Party(party_id=member.party_id), Account, valid_for_s=3)


def test_without_a_gateway_nothing_was_submitted(town, anna):
    client = elsewhere(town, NOWHERE, anna.identity)
    with pytest.raises(NotSubmitted):
        open_account(anna, client)
    with pytest.raises(NotAnswered):
        client.evaluate("accounts:statement", Party(party_id=anna.party_id), Account)
    with pytest.raises(NotSubmitted, match="identity"):
        town.client().submit("accounts:open", Party(party_id=anna.party_id))


def test_an_unanswered_transaction_that_no_block_holds_becomes_never(town, anna, silence):
    with pytest.raises(CommitUnknown) as raised:
        open_account(anna, elsewhere(town, silence, anna.identity))
    unknown = raised.value
    assert anna.client.status(unknown.tx_id).state is State.UNKNOWN
    with pytest.raises(NotSubmitted, match="none will"):
        anna.client.resolve(unknown)
    with pytest.raises(Refused) as refused:
        anna.client.send(unknown.raw)
    assert refused.value.code == "TRANSACTION_EXPIRED"


def test_an_unanswered_transaction_that_a_block_holds_is_found_by_its_id(town, anna, silence):
    with pytest.raises(CommitUnknown) as raised:
        elsewhere(town, silence, anna.identity).submit(
            "accounts:open", Party(party_id=anna.party_id), Account
        )
    unknown = raised.value
    sent = anna.client.send(unknown.raw, Account)
    assert anna.client.resolve(unknown, Account) == sent
    assert sent.tx_id == unknown.tx_id


def test_a_ledger_that_stands_still_leaves_doubt_that_sending_again_ends(town, anna):
    [bert] = town.homes(1, money_nano=1)
    bank = town.member("teller", "settlement-agent")
    bank.query("accounts:statement", Party(party_id=bert.party_id), Account)
    impatient = town.client(bank.identity, patience_s=1.0)
    impatient.describe()
    with town.ledger.paused(), pytest.raises(CommitUnknown) as raised:
        impatient.submit("accounts:mint", Amount(party_id=bert.party_id, amount_nano=10), Account)
    receipt = bank.client.send(raised.value.raw, Account)
    assert (receipt.tx_id, receipt.result.free_nano) == (raised.value.tx_id, 11)
    assert bank.client.send(raised.value.raw, Account) == receipt
    town.saw(receipt.height)
    assert town.account(bert).free_nano == 11


def test_a_refusal_in_a_block_is_final_and_told_again_in_the_same_way(town, anna):
    anna.submit("accounts:open", Party(party_id=anna.party_id))
    transfer = Transfer(payee="north.nobody", amount_nano=1)
    signed = sign_offline(
        anna.identity,
        chain_id=town.ledger.chain_id,
        function="accounts:transfer",
        arguments=transfer,
        introduce=False,
    )
    first, again = anna.refusal_of(signed), anna.refusal_of(signed)
    assert (first.code, first.tx_id) == ("NOT_FOUND", signed.tx_id.hex())
    assert (again.code, again.details, again.height) == (first.code, first.details, first.height)
    status = anna.client.status(first.tx_id)
    assert (status.state, status.status, status.height) == (State.COMMITTED, Status.REFUSED, first.height)


def test_a_refusal_before_any_block_leaves_the_id_unknown(town, anna):
    refusal = anna.refusal("accounts:nothing")
    assert (refusal.code, refusal.height) == ("UNKNOWN_FUNCTION", None)
    assert anna.client.status(refusal.tx_id).state is State.UNKNOWN


def test_a_stream_that_asks_for_what_cannot_be_is_refused(town):
    for stream in (town.client().blocks(-1), town.client().blocks(5, to_height=4), town.client().events(-1)):
        with pytest.raises(Refused) as raised:
            next(stream)
        assert raised.value.code == "BAD_REQUEST"
        assert raised.value.details["field"] == "from_height"


def test_a_closed_client_takes_nothing_more(town, anna):
    client = town.client(anna.identity)
    client.close()
    with pytest.raises(NotSubmitted, match="closed"):
        open_account(anna, client)
