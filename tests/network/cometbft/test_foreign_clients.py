"""Clients that are not ours speak to a node's own RPC: the engine's Go client subscribes, searches, reads."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.network.cometbft.day import Day
from wattloom.chaincode.accounts.records import Transfer, Transferred
from wattloom.chaincode.api.codec import encode
from wattloom.network.go_toolchain import find_go

SOURCE = Path(__file__).parent / "foreign"


class Foreign:
    """The program `foreign`, in front of one node."""

    def __init__(self, program: Path, day: Day) -> None:
        self._command = [program, day.rpc(3).replace("http://", "tcp://")]

    def ask(self, what, argument):
        found = subprocess.run([*self._command, what, str(argument)], capture_output=True, check=True)
        return json.loads(found.stdout)

    def subscribe(self, query):
        """Return a process once it is subscribed; its next line is the first event."""
        process = subprocess.Popen([*self._command, "subscribe", query], stdout=subprocess.PIPE)
        assert json.loads(process.stdout.readline()) == "subscribed"
        return process


@pytest.fixture(scope="module")
def foreign(day, tmp_path_factory):
    folder = shutil.copytree(SOURCE, tmp_path_factory.mktemp("foreign") / "source")
    build = ["build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", "program", "."]
    subprocess.run([find_go(print), *build], cwd=folder, env={**os.environ, "CGO_ENABLED": "0"}, check=True)
    return Foreign(folder / "program", day)


@pytest.fixture
def transfer(day):
    """Return a transfer, as its event tells it, with the receipt."""
    payer, payee = day.homes
    receipt = payer.submit("accounts:transfer", Transfer(payee=payee.party_id, amount_nano=7))
    list(day.town.client(first=3).blocks(receipt.height + 1, to_height=receipt.height + 1))
    return receipt, Transferred(payer=payer.party_id, payee=payee.party_id, amount_nano=7)


def attributes(event):
    return {each["key"]: each["value"] for each in event["attributes"]}


def test_a_transaction_is_found_by_an_attribute_of_its_event(day, foreign, transfer):
    receipt, event = transfer
    found = foreign.ask(
        "search", f"accounts.transferred.payer='{event.payer}' AND accounts.transferred.amount_nano=7"
    )
    heights = [int(each["height"]) for each in found["txs"]]
    assert receipt.height in heights
    assert foreign.ask("search", "accounts.transferred.payer='north.nobody'")["total_count"] == 0


def test_a_transaction_is_found_by_our_own_id_with_a_proof_of_its_place(foreign, transfer):
    receipt, _ = transfer
    found = foreign.ask("search", f"wattloom.transaction.id='{receipt.tx_id}'")
    (tx,) = found["txs"]
    assert (int(tx["height"]), tx["index"]) == (receipt.height, receipt.index)
    assert tx["proof"]["data"] == tx["tx"]


def test_results_of_a_block_hold_the_contracts_events_whole(foreign, transfer):
    receipt, event = transfer
    results = foreign.ask("results", receipt.height)["txs_results"]
    result = results[receipt.index]
    (told,) = [each for each in result["events"] if each["type"] == "accounts.transferred"]
    assert attributes(told)["payload"] == encode(event).decode()
    assert base64.b64decode(result["data"]) == receipt.data


def test_a_refused_transaction_has_its_code_and_no_contracts_event(day, foreign):
    payer, payee = day.homes
    refusal = payer.refusal("accounts:transfer", Transfer(payee=payee.party_id, amount_nano=10**18))
    list(day.town.client(first=3).blocks(refusal.height + 1, to_height=refusal.height + 1))
    (tx,) = foreign.ask("search", f"wattloom.transaction.id='{refusal.tx_id}'")["txs"]
    assert tx["tx_result"]["code"] == 1
    assert tx["tx_result"]["codespace"] == refusal.code == "INSUFFICIENT_FUNDS"
    assert [each["type"] for each in tx["tx_result"]["events"]] == ["wattloom.transaction"]


def test_a_subscriber_hears_of_the_events_that_it_asked_for_and_no_others(day, foreign):
    payer, payee = day.homes
    wanted = f"accounts.transferred.payee='{payee.party_id}' AND accounts.transferred.amount_nano=11"
    subscriber = foreign.subscribe(f"tm.event='Tx' AND {wanted}")
    for amount in (10, 11, 12):
        receipt = payer.submit("accounts:transfer", Transfer(payee=payee.party_id, amount_nano=amount))
        if amount == 11:
            meant = receipt
    with subscriber:
        events = json.loads(subscriber.stdout.readline())
    assert events["accounts.transferred.payer"] == [payer.party_id]
    assert events["wattloom.transaction.id"] == [meant.tx_id]
    assert events["tx.height"] == [str(meant.height)]
