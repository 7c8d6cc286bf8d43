"""Clients while their network fails them: each submit ends in one of the promised ways, and counts once."""

import random
from contextlib import contextmanager

from tests.network.faults.examination import Examiner
from tests.network.faults.load import End, Load, Sent, send
from tests.network.faults.network import ACCOUNTS
from tests.network.faults.patched_node import THIS
from wattloom.chaincode.api.execution import Status

MEMPOOL = 8
"""Transactions that fill a mempool of the network that has small ones."""
ENDS = {Status.OK: End.COMMITTED, Status.REFUSED: End.REFUSED}


@contextmanager
def paused(*nodes):
    """Stop nodes for a while, as a machine does that has too much to do."""
    for node in nodes:
        node.pause()
    try:
        yield
    finally:
        for node in nodes:
            node.resume()


def test_many_members_at_full_mempools_wait_and_all_come_through(make_network):
    network = make_network()
    for node in network.nodes:
        node.program = (THIS, "--mempool", str(MEMPOOL))
    with Load(network.start(), 1, payers=ACCOUNTS * 6) as load:
        load.wait_acknowledged(100)
    assert any("mempool is full" in node.log() for node in network.nodes), "the mempools were never full"
    assert {sent.end for sent in load.sent} <= {End.COMMITTED, End.REFUSED}
    Examiner(network).examine(load.sent)


def test_members_of_a_gateway_that_is_killed_go_on_at_another(network, examiner):
    first, second = network.nodes[:2]
    with Load(network, 2, gateways=[first, second], payers=ACCOUNTS[::2]) as load:
        load.wait_acknowledged(5)
        first.kill()
        load.wait_acknowledged(10)
        first.start()
    assert {sent.end for sent in load.sent} <= {End.COMMITTED, End.REFUSED}
    examiner.examine(load.sent)


def test_a_proposer_killed_in_the_middle_takes_nothing_with_it(network, examiner):
    with Load(network, 3) as load:
        for _ in range(2):
            load.wait_acknowledged(5)
            proposer = network.proposer()
            proposer.kill()
            load.wait_acknowledged(5)
            proposer.start()
    assert {sent.end for sent in load.sent} <= {End.COMMITTED, End.REFUSED}
    examiner.examine(load.sent)


def test_a_commit_slower_than_patience_is_unknown_until_asked_again_and_counts_once(network, examiner):
    gateway, *_, one, another = network.nodes
    tx = network.community.draw_transfer(random.Random(4), ACCOUNTS[5], ACCOUNTS[:1], valid_for_s=500)
    with network.client(gateway, patience_s=2.0) as impatient, paused(one, another):
        sent = send(impatient, Sent(tx))
    assert (sent.end, sent.code) == (End.UNKNOWN, tx.tx_id.hex())
    again = []
    for node in network.nodes:
        with network.client(node) as client:
            again.append(send(client, Sent(tx)))
            status = client.status(tx.tx_id.hex())
    assert {(each.end, each.height) for each in again} == {(ENDS[status.status], status.height)}
    examiner.examine(again)
