"""Transactions on their way from the gateway into the node's mempool, tried until it takes them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import structlog

from wattloom.network.cometbft.rpc import RpcClient, RpcError
from wattloom.network.engine import Busy, EngineStopped
from wattloom.network.transactions import SignedTransaction

OUTBOX_LIMIT = 10_000
BATCH_TRANSACTIONS = 100
BATCH_BYTES = 512 << 10

AGAIN_AFTER_S = 0.05
"""How long the sender waits when the node is away, catches up, or has a full mempool."""

LOST_AFTER_S = 1.0
"""After so long without a block that holds it a transaction is offered again: a mempool that gets full during
the application's check drops it without a word, and answers cheaply where it has it still."""

OFFER = "broadcast_tx_async"
"""The call that does not wait for the application's check; it still tells of a full mempool."""

SETTLED = ("tx already exists in cache", "Tx too large")
"""What the mempool says where offering a transaction again would change nothing."""

log = structlog.get_logger(__name__)


class Outbox:
    """A queue and the one thread that empties it into the node's mempool.

    What the mempool takes, it gossips until a block holds it; what no block holds in time is offered again.
    What the application refuses on the way there is gone, because the state has moved on since the gateway's
    check; whoever waits learns the end from the blocks, or when the transaction's validity has passed.
    `block_time_s` tells the last block's time.
    """

    def __init__(self, rpc: RpcClient, *, block_time_s: Callable[[], int]) -> None:
        self._rpc = rpc
        self._block_time_s = block_time_s
        self._waiting: OrderedDict[bytes, SignedTransaction] = OrderedDict()
        self._offered: OrderedDict[bytes, tuple[SignedTransaction, float]] = OrderedDict()
        self._wake = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def put(self, tx: SignedTransaction) -> None:
        """Queue a transaction; raise `Busy` or `EngineStopped`."""
        with self._wake:
            if self._stopped:
                raise EngineStopped("the node is stopping")
            if len(self._waiting) >= OUTBOX_LIMIT:
                raise Busy(f"{OUTBOX_LIMIT} transactions wait for the node's mempool")
            self._waiting.setdefault(tx.tx_id, tx)
            self._wake.notify()

    def settle(self, tx_ids: Iterable[bytes]) -> None:
        """Hear what a new block holds, and queue again what the mempool may have lost."""
        lost_s, time_s = time.monotonic() - LOST_AFTER_S, self._block_time_s()
        with self._wake:
            for tx_id in tx_ids:
                self._waiting.pop(tx_id, None)
                self._offered.pop(tx_id, None)
            while self._offered and next(iter(self._offered.values()))[1] < lost_s:
                tx_id, (tx, _) = self._offered.popitem(last=False)
                if tx.valid_until_s >= time_s:
                    self._waiting.setdefault(tx_id, tx)
                    self._wake.notify()

    def stop(self) -> None:
        """Send no more."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join()
        self._rpc.close()

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            kept = self._send(batch)
            with self._wake:
                for tx in batch:
                    done_with = self._offered if tx.tx_id in kept else self._waiting
                    done_with.pop(tx.tx_id, None)
                if kept and not self._stopped:
                    self._wake.wait(AGAIN_AFTER_S)

    def _next_batch(self) -> list[SignedTransaction] | None:
        with self._wake:
            self._wake.wait_for(lambda: self._waiting or self._stopped)
            if self._stopped:
                return None
            batch: list[SignedTransaction] = []
            size_bytes = 0
            for tx in islice(self._waiting.values(), BATCH_TRANSACTIONS):
                size_bytes += len(tx.raw)
                if batch and size_bytes > BATCH_BYTES:
                    break
                batch.append(tx)
            self._note_offered(batch)
            return batch

    def _note_offered(self, batch: list[SignedTransaction]) -> None:
        """Note the offers before they are made, lest the block that holds them is heard of earlier."""
        now_s = time.monotonic()
        for tx in batch:
            self._offered[tx.tx_id] = tx, now_s
            self._offered.move_to_end(tx.tx_id)

    def _send(self, batch: list[SignedTransaction]) -> set[bytes]:
        """Offer transactions to the mempool; return the ids of those that have to be offered again."""
        answers: Sequence[bytes | RpcError]
        try:
            answers = self._rpc.batch(OFFER, [{"tx": tx.raw} for tx in batch])
        except RpcError as error:
            answers = [error] * len(batch)
        time_s = self._block_time_s()
        unsettled = [
            (tx, answer)
            for tx, answer in zip(batch, answers, strict=True)
            if not _is_settled(answer) and tx.valid_until_s >= time_s
        ]
        if unsettled:
            reason = str(unsettled[0][1])
            log.warning("the node takes no transactions", reason=reason, waiting=len(unsettled))
        return {tx.tx_id for tx, _ in unsettled}


def _is_settled(answer: bytes | RpcError) -> bool:
    return not isinstance(answer, RpcError) or any(sentence in str(answer) for sentence in SETTLED)
