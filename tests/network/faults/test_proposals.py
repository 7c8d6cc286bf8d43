"""A proposer that proposes what it must not: the others refuse, and the next proposer's block is taken."""

import json

import pytest

from tests.network.faults.examination import Examiner
from tests.network.faults.load import Load
from tests.network.faults.patched_node import THIS
from tests.network.waiting import wait_for
from wattloom.chaincode.accounts.records import Party
from wattloom.network.application.application import MAX_BLOCK_BYTES
from wattloom.network.refusals import (
    BlockTooLarge,
    DuplicateTransaction,
    MalformedTransaction,
    SignatureRefused,
    TransactionExpired,
    TransactionTooLarge,
    WrongChain,
)
from wattloom.network.transactions import MAX_TRANSACTION_BYTES, decode

HOUR_S = 3_600


@pytest.fixture
def examiner(network):
    return Examiner(network)


@pytest.fixture
def network(make_network):
    """A network whose engine takes larger blocks than the application, so that it is the one that refuses."""
    return make_network(block_max_bytes=2 * MAX_BLOCK_BYTES)


def bad_proposals(community):
    """Return the transactions of each bad proposal by the code that it must be refused with."""

    def opening(name, **options):
        return community.sign(name, "accounts:open", Party(party_id=community.party(name)), **options).raw

    good = opening("good", valid_for_s=500)
    forged = good[:-1] + bytes([good[-1] ^ 1])
    return {
        MalformedTransaction.code: [good, b"no transaction"],
        DuplicateTransaction.code: [good, good],
        TransactionTooLarge.code: [bytes(MAX_TRANSACTION_BYTES + 1)],
        BlockTooLarge.code: [bytes(MAX_TRANSACTION_BYTES)] * (MAX_BLOCK_BYTES // MAX_TRANSACTION_BYTES + 1),
        TransactionExpired.code: [opening("late", valid_for_s=-HOUR_S)],
        WrongChain.code: [opening("stray", chain_id="another")],
        SignatureRefused.code: [opening("first"), forged],
    }


def refused_by(node):
    """Return the codes with which a node has refused proposals."""
    lines = [json.loads(line) for line in node.log().splitlines() if line.startswith("{")]
    return {line["code"] for line in lines if line["event"] == "proposal refused"}


def test_what_no_honest_node_proposes_is_refused_by_all_and_the_chain_goes_on(network, examiner, tmp_path):
    proposals = bad_proposals(network.community)
    path = tmp_path / "proposals.json"
    path.write_text(json.dumps({code: [raw.hex() for raw in raws] for code, raws in proposals.items()}))
    liar = network.nodes[1]
    liar.program = (THIS, "--proposals", path)
    with Load(network.start(), 1) as load:
        for node in network.others(liar):
            wait_for(lambda node=node: refused_by(node) >= set(proposals), f"{node.name} refuses them all")
        load.wait_acknowledged(10)
    examiner.examine(load.sent)
    assert examiner.proposers == {node.validator_address for node in network.others(liar)}
    good = decode(proposals[DuplicateTransaction.code][0])
    assert good.tx_id not in examiner.books.places
