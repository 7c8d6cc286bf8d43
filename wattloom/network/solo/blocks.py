"""The chain as a solo ledger stores it: one record per height, and where each transaction stands."""

from collections.abc import Sequence

from wattloom.network.application import Executed
from wattloom.network.chain.block import Block
from wattloom.network.chain.commit import Commit
from wattloom.network.records import (
    TRANSACTIONS,
    events_of,
    find_place,
    height_key,
    place,
    read_record,
    results_of,
    write_record,
)
from wattloom.network.state import Batch, Snapshot
from wattloom.network.wire import gateway_pb2, ledger_pb2

__all__ = [
    "BLOCKS",
    "TABLES",
    "TRANSACTIONS",
    "find_transaction",
    "height_key",
    "make_record",
    "place",
    "read_block",
    "write_block",
]

BLOCKS = "blocks"
TABLES = (BLOCKS, TRANSACTIONS)


def make_record(encoded_block: bytes, commit: Commit, executed: Executed) -> ledger_pb2.BlockRecord:
    """Put together what is kept of a block."""
    return ledger_pb2.BlockRecord(
        block=encoded_block,
        commit=commit.encode(),
        results=results_of(executed),
        events=events_of(executed),
    )


def write_block(batch: Batch, height: int, record: ledger_pb2.BlockRecord, tx_ids: Sequence[bytes]) -> None:
    """Write a block's record and the places of its transactions."""
    write_record(batch, BLOCKS, height, record, tx_ids)


def read_block(snapshot: Snapshot, height: int) -> ledger_pb2.BlockRecord | None:
    """Return the record of a height, or None."""
    return read_record(snapshot, BLOCKS, height)


def find_transaction(snapshot: Snapshot, tx_id: bytes) -> gateway_pb2.Committed | None:
    """Return a transaction's place and result, or None where no block holds it."""
    found = find_place(snapshot, tx_id)
    if found is None:
        return None
    height, index = found
    record = read_block(snapshot, height)
    if record is None:
        return None
    result = record.results[index]
    return gateway_pb2.Committed(
        tx_id=tx_id,
        height=height,
        index=index,
        status=result.status,
        data=result.data,
        block_time_s=Block.decode(record.block).header.time.seconds,
    )
