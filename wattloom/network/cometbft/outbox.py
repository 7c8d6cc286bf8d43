"""Transactions on their way from the gateway into the node's mempool, tried until it takes them."""

import threading
from collections import OrderedDict

import msgspec
import structlog

from wattloom.network.cometbft.rpc import RpcClient, RpcError, RpcRefused
from wattloom.network.engine import Busy, EngineStopped
from wattloom.network.transactions import SignedTransaction

OUTBOX_LIMIT = 10_000
BATCH_TRANSACTIONS = 100
BATCH_BYTES = 512 << 10
"""Base64 makes a request a third longer; the node takes requests of a megabyte (`[rpc] max_body_bytes`)."""

AGAIN_AFTER_S = 0.05
"""How long the sender waits when the node is away or its mempool is full."""

IN_MEMPOOL = "tx already exists in cache"
FULL = "mempool is full"

log = structlog.get_logger(__name__)


class Outbox:
    """A queue and the one thread that empties it into the node's mempool.

    What the mempool takes, it gossips until a block holds it. What it refuses is dropped here: the state has
    moved on since the gateway's check, and whoever waits learns the end from the blocks, or when the
    transaction's validity has passed.
    """

    def __init__(self, rpc: RpcClient) -> None:
        self._rpc = rpc
        self._waiting: OrderedDict[bytes, bytes] = OrderedDict()
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
            self._waiting.setdefault(tx.tx_id, tx.raw)
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
                for tx_id in batch.keys() - kept:
                    self._waiting.pop(tx_id, None)
                if kept and not self._stopped:
                    self._wake.wait(AGAIN_AFTER_S)

    def _next_batch(self) -> dict[bytes, bytes] | None:
        with self._wake:
            self._wake.wait_for(lambda: self._waiting or self._stopped)
            if self._stopped:
                return None
            batch: dict[bytes, bytes] = {}
            size_bytes = 0
            for tx_id, raw in self._waiting.items():
                size_bytes += len(raw)
                if batch and (size_bytes > BATCH_BYTES or len(batch) == BATCH_TRANSACTIONS):
                    break
                batch[tx_id] = raw
            return batch

    def _send(self, batch: dict[bytes, bytes]) -> set[bytes]:
        """Offer transactions to the mempool; return the ids of those that have to be offered again."""
        try:
            answers = self._rpc.batch("broadcast_tx_sync", [{"tx": raw} for raw in batch.values()])
        except RpcError as error:
            log.warning("the node takes no transactions", reason=str(error), waiting=len(self._waiting))
            return set(batch)
        return {tx_id for tx_id, answer in zip(batch, answers, strict=True) if not _is_settled(tx_id, answer)}


class _Checked(msgspec.Struct):
    code: int
    log: str = ""


def _is_settled(tx_id: bytes, answer: bytes | RpcRefused) -> bool:
    if isinstance(answer, RpcRefused):
        if FULL in str(answer):
            return False
        if IN_MEMPOOL not in str(answer):
            log.warning("the mempool refuses a transaction", tx_id=tx_id.hex(), reason=str(answer))
        return True
    checked = msgspec.json.decode(answer, type=_Checked)
    if checked.code:
        log.info("a transaction is refused on its way", tx_id=tx_id.hex(), reason=checked.log)
    return True
