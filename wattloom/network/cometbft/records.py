"""What a node keeps beside CometBFT's block store: what execution made of each block, by height and by id.

The engine keeps blocks and commits; a record has neither here, but the block's time and hash in their place.
"""

from wattloom.network.application import BlockToExecute, Executed
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
from wattloom.network.state import Batch
from wattloom.network.state.views import View
from wattloom.network.wire import gateway_pb2, ledger_pb2

RESULTS = "results"
TABLES = (RESULTS, TRANSACTIONS)

PRUNED_PER_COMMIT = 4
"""More than one height, so that a node that was told to keep less gets there in the end."""


def make_record(block: BlockToExecute, executed: Executed) -> ledger_pb2.BlockRecord:
    """Put together what is kept of an executed block."""
    return ledger_pb2.BlockRecord(
        results=results_of(executed), events=events_of(executed), time_s=block.time_s, hash=block.hash
    )


def write(batch: Batch, height: int, record: ledger_pb2.BlockRecord) -> None:
    """Write a height's record and the places of its transactions."""
    write_record(batch, RESULTS, height, record, [result.tx_id for result in record.results])


def read(view: View, height: int) -> ledger_pb2.BlockRecord | None:
    """Return the record of a height; None where the node has none (any more, or yet)."""
    return read_record(view, RESULTS, height)


def find_transaction(view: View, tx_id: bytes) -> gateway_pb2.Committed | None:
    """Return a transaction's place and result, or None where no height that is kept holds it."""
    found = find_place(view, tx_id)
    record = None if found is None else read(view, found[0])
    if found is None or record is None:
        return None
    height, index = found
    result = record.results[index]
    return gateway_pb2.Committed(
        tx_id=tx_id,
        height=height,
        index=index,
        status=result.status,
        data=result.data,
        block_time_s=record.time_s,
    )


def oldest(view: View) -> int | None:
    """Return the oldest height that has a record; None where none has."""
    first = next(view.items(RESULTS), None)
    return None if first is None else int.from_bytes(first[0], "big")


def prune(batch: Batch, below: int, *, limit: int = PRUNED_PER_COMMIT) -> int:
    """Drop the oldest records below a height, at most `limit` of them, and return how many it dropped."""
    passed = batch.scan(RESULTS, b"", height_key(max(0, below)))
    rows = [row for row, _ in zip(passed, range(limit), strict=False)]
    for key, value in rows:
        _forget_places(batch, key, ledger_pb2.BlockRecord.FromString(value))
        batch.delete(RESULTS, key)
    return len(rows)


def _forget_places(batch: Batch, key: bytes, record: ledger_pb2.BlockRecord) -> None:
    """Remove the places that point to a height; the same id may stand at a younger one by now."""
    height = int.from_bytes(key, "big")
    for index, result in enumerate(record.results):
        if batch.get(TRANSACTIONS, result.tx_id) == place(height, index):
            batch.delete(TRANSACTIONS, result.tx_id)
