"""The solo sequencer: orders transactions into blocks that are durable before anybody hears of them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import Any

import structlog

from wattloom.chaincode.installed import RULES, Rules
from wattloom.network import failpoints
from wattloom.network.application import Application, BlockToExecute, Executed
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import Commit, vote_time
from wattloom.network.chain.header import BlockID
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.tip import make_block, next_time
from wattloom.network.engine import Busy, EngineStopped, Evaluated, NewBlock, ProofUnavailable
from wattloom.network.followers import Followers
from wattloom.network.solo.blocks import find_transaction, make_record, read_block, write_block
from wattloom.network.solo.folder import LedgerFolder
from wattloom.network.solo.resume import record_results_hash, resume
from wattloom.network.state import HeightUnavailable, KeyAbsent
from wattloom.network.transactions import SignedTransaction
from wattloom.network.wire import gateway_pb2, ledger_pb2

HEARTBEAT_S = 1.0
"""An idle ledger makes an empty block this often: the staleness of every deadline is at most twice this."""

STALE_AFTER_HEARTBEATS = 3
"""Block time lags one to two heartbeats behind when all is well; further behind, empty blocks come first."""

PROOF_BLOCK_AFTER_S = 0.05
"""After a block that changed the state, an idle ledger makes the block whose header holds the new root."""

GATHER_S = 0.004
"""Under load, that is after a block of several transactions, the next one gathers for this long."""

QUEUE_LIMIT = 10_000
MAX_BLOCK_TRANSACTIONS = 1_000

log = structlog.get_logger(__name__)


def present_ns() -> int:
    """Return the machine's time, Unix nanoseconds."""
    return time.time_ns()


class SoloEngine:
    """One validator that executes, signs and stores; see `network.engine.Engine` for the calls.

    One thread makes blocks. Whatever else is called may come from any thread. `clock` tells Unix nanoseconds;
    a simulated day may move it forward.
    """

    name = "solo"

    def __init__(
        self,
        folder: LedgerFolder,
        *,
        rules: Rules = RULES,
        heartbeat_s: float = HEARTBEAT_S,
        clock: Callable[[], int] = present_ns,
    ) -> None:
        genesis = folder.genesis()
        self.chain_id = genesis.chain_id
        self.genesis_hash = genesis.hash
        self._key = folder.validator_key()
        self._store = folder.open_store()
        self._heartbeat_s = heartbeat_s
        self._clock = clock
        self._application = Application(self._store, rules)
        try:
            self._tip, self._last_commit, self._owes_proof = resume(self._store, self._application, genesis)
        except BaseException:
            self._store.close()
            raise
        self._under_load = False
        self._queue: OrderedDict[bytes, SignedTransaction] = OrderedDict()
        self._followers = Followers()
        self._wake = threading.Condition()
        self._stopping = False
        self._failure: BaseException | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="solo-sequencer", daemon=True)

    def start(self) -> None:
        """Begin to make blocks, and return once block time is the present."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise EngineStopped("the ledger cannot start") from self._failure

    def stop(self) -> None:
        """Finish the block in hand, refuse what is still queued, and close the store."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        self._store.close()

    def __enter__(self) -> "SoloEngine":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def latest(self) -> tuple[int, int]:
        """Return height and block time of the last committed block."""
        info = self._application.info()
        return info.height, info.block_time_s

    def check(self, raw: bytes) -> SignedTransaction:
        """Judge a transaction against committed state; raise its refusal."""
        return self._application.check(raw)

    def order(self, transaction: SignedTransaction) -> None:
        """Queue a checked transaction for the next block; one that is queued already stays once."""
        with self._wake:
            if self._stopping:
                raise EngineStopped("the ledger is stopping") from self._failure
            if len(self._queue) >= QUEUE_LIMIT:
                raise Busy(f"{QUEUE_LIMIT} transactions are waiting")
            if not self._queue:
                self._wake.notify()
            self._queue.setdefault(transaction.tx_id, transaction)

    def evaluate(self, raw: bytes) -> Evaluated:
        """Run a signed query on committed state; raise its refusal."""
        data, height = self._application.evaluate(raw)
        return Evaluated(data=data, height=height)

    def committed(self, tx_id: bytes) -> gateway_pb2.Committed | None:
        """Return a transaction's place and result, or None."""
        with self._store.snapshot() as snapshot:
            return find_transaction(snapshot, tx_id)

    def results(self, height: int) -> ledger_pb2.BlockRecord | None:
        """Return a block's record, or None."""
        return self.block(height)

    def block(self, height: int) -> ledger_pb2.BlockRecord | None:
        """Return a block's record, or None."""
        with self._store.snapshot() as snapshot:
            return read_block(snapshot, height)

    def prove(self, contract: str, key: str, height: int) -> gateway_pb2.ProveResponse:
        """Return a value with its proof up to a signed header; height 0 is the last that can be proven."""
        latest, _ = self.latest()
        proven = height or latest - 1
        holder = self.block(proven + 1)
        if proven < 0 or holder is None:
            raise ProofUnavailable(reason=f"no signed header holds the state root of height {proven} yet")
        try:
            proof = self._application.prove(contract, key, height=proven)
        except (HeightUnavailable, KeyAbsent) as error:
            raise ProofUnavailable(reason=str(error)) from error
        return gateway_pb2.ProveResponse(
            height=proven,
            value=proof.value,
            proof=proof.encode(),
            header=Block.decode(holder.block).header.encode(),
            commit=holder.commit,
        )

    def follow(
        self, listener: Callable[[NewBlock], None], on_stop: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """Call `listener` for each new block and `on_stop` after the last, in the sequencer's thread.

        Returns what ends the following.
        """
        return self._followers.add(listener, on_stop)

    def rules(self) -> tuple[int, list[int]]:
        """Return the version of the rules of the next block, and all that this software can execute."""
        return self._application.info().rules_version, self._application.rules.versions

    def describe_contracts(self) -> list[dict[str, Any]]:
        """Return the metadata of every contract of the next block's rules; raise `WrongRules`."""
        return self._application.describe_contracts()

    def _run(self) -> None:
        try:
            self._catch_up_with_time()
            self._ready.set()
            while (taken := self._await_work()) is not None:
                self._catch_up_with_time()
                self._make_block(taken)
        except BaseException as error:
            log.critical("the ledger stops", height=self._tip.height, exc_info=error)
            with self._wake:
                self._failure = error
                self._stopping = True
            self._ready.set()
        self._followers.stop()

    def _catch_up_with_time(self) -> None:
        """Make empty blocks until block time is the present: after a start, or when the machine slept."""
        while self._clock() - self._tip.last_time.ns > STALE_AFTER_HEARTBEATS * self._heartbeat_s * 1e9:
            self._make_block([])

    def _await_work(self) -> list[SignedTransaction] | None:
        """Return the next block's transactions, none when an empty block is due, None to stop."""
        due = PROOF_BLOCK_AFTER_S if self._owes_proof else self._heartbeat_s
        with self._wake:
            self._wake.wait_for(lambda: self._queue or self._stopping, timeout=due)
        if self._under_load:
            time.sleep(GATHER_S)  # not on the condition: a wake-up per transaction costs more than it gains
        with self._wake:
            if self._stopping:
                return None
            return list(islice(self._queue.values(), MAX_BLOCK_TRANSACTIONS))

    def _make_block(self, taken: list[SignedTransaction]) -> None:
        tip = self._tip
        time_s = next_time(tip, self._last_commit).seconds
        raws, dropped = self._application.prepare([tx.raw for tx in taken], time_s=time_s)
        block = make_block(tip, raws, self._key.address, self._last_commit)
        encoded = block.encode()
        failpoints.reach("proposed")
        executed = self._application.finalize(
            BlockToExecute(height=tip.height, time_s=time_s, hash=block.header.hash, transactions=raws)
        )
        failpoints.reach("executed")
        commit = self._sign(block, block_id(block.header, encoded))
        record = make_record(encoded, commit, executed)
        self._store_block(tip.height, record, executed)
        self._tip = tip.after(
            block.header,
            commit.block_id,
            app_hash=executed.app_hash,
            results_hash=record_results_hash(record),
        )
        self._last_commit = commit
        self._under_load = len(raws) > 1
        self._owes_proof = executed.app_hash != block.header.app_hash
        self._forget([*executed.tx_ids, *dropped])
        self._followers.announce(NewBlock.of(tip.height, time_s, record, executed, dropped))
        failpoints.reach("announced")

    def _sign(self, block: Block, identity: BlockID) -> Commit:
        """Vote for the block, at a time later than its own, and return the commit of that one vote."""
        height = block.header.height
        voted = vote_time(block.header.time, Timestamp.of_ns(self._clock()))
        vote = self._key.precommit(self.chain_id, height, identity, voted)
        return Commit(height=height, round=0, block_id=identity, signatures=(vote,))

    def _store_block(self, height: int, record: ledger_pb2.BlockRecord, executed: Executed) -> None:
        """Make state, block and places durable together."""
        with self._store.batch() as batch:
            failpoints.reach("signed")
            self._application.commit(batch)
            failpoints.reach("state written")
            write_block(batch, height, record, executed.tx_ids)
            failpoints.reach("block written")
        failpoints.reach("durable")

    def _forget(self, tx_ids: list[bytes]) -> None:
        with self._wake:
            for tx_id in tx_ids:
                self._queue.pop(tx_id, None)
