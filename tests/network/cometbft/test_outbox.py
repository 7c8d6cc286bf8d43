"""The outbox against a node that takes, refuses, or is away, as the test tells it to."""

import threading
from contextlib import contextmanager

import pytest

from tests.network.community import Community
from wattloom.network.cometbft.outbox import BATCH_TRANSACTIONS, Outbox
from wattloom.network.cometbft.rpc import RpcRefused, RpcUnavailable
from wattloom.network.engine import EngineStopped

TAKEN = b"{}"
FULL = RpcRefused("broadcast_tx_async", -32603, "Internal error", "mempool is full: number of txs 1")
KNOWN = RpcRefused("broadcast_tx_async", -32603, "Internal error", "tx already exists in cache")
AWAY = RpcUnavailable("unix:///run/rpc.sock", "no such file")


class Node:
    """A mempool that the test can close: it answers `answer` to what it is offered while that is set."""

    def __init__(self):
        self.answer = TAKEN
        self.offered = []
        self.batches = []
        self._news = threading.Condition()

    def batch(self, method, calls):
        with self._news:
            self.offered += [call["tx"] for call in calls]
            self.batches.append(len(calls))
            self._news.notify_all()
            if isinstance(self.answer, RpcUnavailable):
                raise self.answer
            return [self.answer] * len(calls)

    def close(self):
        pass

    def wait_offered(self, count):
        with self._news:
            assert self._news.wait_for(lambda: len(self.offered) >= count, 10)


@pytest.fixture
def node():
    return Node()


@pytest.fixture(scope="module")
def transactions():
    community = Community()
    return [community.sign("ann", "accounts:transfer") for _ in range(BATCH_TRANSACTIONS + 20)]


@contextmanager
def outbox(node, time_s=0):
    it = Outbox(node, block_time_s=lambda: time_s)
    try:
        yield it
    finally:
        it.stop()


def test_what_the_mempool_takes_is_offered_once_and_in_order(node, transactions):
    with outbox(node) as it:
        for tx in transactions:
            it.put(tx)
        node.wait_offered(len(transactions))
    assert node.offered == [tx.raw for tx in transactions]
    assert max(node.batches) <= BATCH_TRANSACTIONS


@pytest.mark.parametrize("answer", [FULL, AWAY], ids=["full", "away"])
def test_what_the_mempool_does_not_take_now_is_offered_again(node, transactions, answer):
    node.answer = answer
    with outbox(node) as it:
        it.put(transactions[0])
        node.wait_offered(3)
        node.answer = TAKEN
        it.put(transactions[1])
        node.wait_offered(len(node.offered) + 1)
    assert node.offered[-1] in (transactions[0].raw, transactions[1].raw)
    assert {transactions[0].raw, transactions[1].raw} == set(node.offered)


def test_what_the_mempool_has_already_is_settled(node, transactions):
    node.answer = KNOWN
    with outbox(node) as it:
        it.put(transactions[0])
        node.wait_offered(1)
        node.answer = TAKEN
        it.put(transactions[1])
        node.wait_offered(2)
    assert node.offered == [transactions[0].raw, transactions[1].raw]


def test_what_no_block_can_hold_any_more_is_given_up(node, transactions):
    node.answer = FULL
    first, second = transactions[:2]
    with outbox(node, time_s=first.valid_until_s + 1) as it:
        it.put(first)
        node.wait_offered(1)
        it.put(second)
        node.wait_offered(2)
    assert node.offered == [first.raw, second.raw]


def test_a_transaction_that_is_put_twice_waits_once(node, transactions):
    node.answer = FULL
    with outbox(node) as it:
        it.put(transactions[0])
        it.put(transactions[0])
        node.wait_offered(2)
    assert set(node.batches) == {1}


def test_a_stopped_outbox_takes_nothing(node, transactions):
    with outbox(node) as it:
        pass
    with pytest.raises(EngineStopped):
        it.put(transactions[0])
