"""Verification of a whole ledger: everything is computed again from a trusted genesis and compared."""

from google.protobuf.message import DecodeError

from wattloom.chaincode.installed import RULES, Rules
from wattloom.network.application import Application, BlockToExecute, Executed
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import Commit
from wattloom.network.chain.errors import ChainError
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.tip import Tip
from wattloom.network.chain.verify import verify_block
from wattloom.network.replay import (
    LedgerRejected,
    Progress,
    Verified,
    compare_stores,
    require_trusted,
    scratch_store,
)
from wattloom.network.solo.blocks import BLOCKS, TABLES, make_record, read_block, write_block
from wattloom.network.solo.folder import LedgerFolder
from wattloom.network.solo.resume import record_results_hash, start_application
from wattloom.network.state import Snapshot, Store
from wattloom.network.wire import ledger_pb2


def verify_ledger(
    folder: LedgerFolder,
    *,
    genesis_hash: bytes | None = None,
    rules: Rules = RULES,
    progress: Progress = lambda _done, _all: None,
) -> Verified:
    """Execute the whole chain again in a scratch store and compare every stored byte with it.

    `genesis_hash` is what the auditor trusts; without it the folder's own genesis is taken. `progress` is
    told the heights done and to do.

    Raises
    ------
    LedgerRejected : names the first difference
    LedgerFolderError : the folder is no ledger
    """
    genesis = folder.genesis()
    require_trusted(genesis, genesis_hash)  # (1) the trusted start
    with folder.read_store() as stored, stored.snapshot() as snapshot, scratch_store(TABLES) as scratch:
        replay = _Replay(genesis, scratch, Application(scratch, rules))
        heights = _count(snapshot)
        for height in range(1, heights + 1):  # (2) header chain, signatures, membership, results, roots
            replay.follow(height, _read(snapshot, height))
            progress(height, heights)
        compare_stores(
            snapshot, scratch, TABLES, height=heights
        )  # (3) state, indexes and everything else that is stored
    return Verified(
        chain_id=genesis.chain_id,
        genesis_hash=genesis.hash,
        height=heights,
        transactions=replay.transactions,
        app_hash=replay.tip.app_hash,
    )


class _Replay:
    """The chain executed again, one height at a time."""

    def __init__(self, genesis: Genesis, scratch: Store, application: Application) -> None:
        start_application(scratch, application, genesis)
        self.tip = Tip.of_genesis(genesis, app_hash=application.info().app_hash)
        self.transactions = 0
        self._scratch = scratch
        self._application = application

    def follow(self, height: int, record: ledger_pb2.BlockRecord) -> None:
        """Verify and execute one block; raise `LedgerRejected`."""
        try:
            block, commit = Block.decode(record.block), Commit.decode(record.commit)
            verify_block(block, block_id(block.header, record.block), commit, self.tip)
        except (ChainError, KeyError) as error:
            raise LedgerRejected(height=height, what=str(error)) from error
        executed = self._application.finalize(
            BlockToExecute(
                height=height,
                time_s=block.header.time.seconds,
                hash=block.header.hash,
                transactions=block.txs,
            )
        )
        again = make_record(record.block, commit, executed)
        _compare_records(height, record, again, executed)
        with self._scratch.batch() as batch:
            self._application.commit(batch)
            write_block(batch, height, again, executed.tx_ids)
        self.tip = self.tip.after(
            block.header,
            commit.block_id,
            app_hash=executed.app_hash,
            results_hash=record_results_hash(again),
        )
        self.transactions += len(block.txs)


def _count(snapshot: Snapshot) -> int:
    """Return the number of stored blocks; a gap shows as a missing block later."""
    return sum(1 for _ in snapshot.items(BLOCKS))


def _read(snapshot: Snapshot, height: int) -> ledger_pb2.BlockRecord:
    try:
        record = read_block(snapshot, height)
    except DecodeError as error:
        raise LedgerRejected(height=height, what=f"its record cannot be read: {error}") from None
    if record is None:
        raise LedgerRejected(height=height, what="the block is missing")
    return record


def _compare_records(
    height: int, stored: ledger_pb2.BlockRecord, again: ledger_pb2.BlockRecord, executed: Executed
) -> None:
    for index, outcome in enumerate(executed.outcomes):
        if index >= len(stored.results) or stored.results[index] != again.results[index]:
            what = f"transaction {index} ({executed.tx_ids[index].hex()}) has another result"
            raise LedgerRejected(height=height, what=f"{what}: executing it again gives {outcome.data!r}")
    if stored.events != again.events:
        raise LedgerRejected(height=height, what="its events are not those of executing it again")
    if stored != again or stored.SerializeToString() != again.SerializeToString():
        raise LedgerRejected(height=height, what="its record is not the canonical encoding")
