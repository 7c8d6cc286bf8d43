"""The chain as a solo ledger stores it: one record per height, and where each transaction stands."""

import struct
from collections.abc import Sequence

from wattloom.network.application import Executed
from wattloom.network.chain.block import Block
from wattloom.network.chain.commit import Commit
from wattloom.network.state import Batch, Snapshot
from wattloom.network.wire import gateway_pb2, ledger_pb2

BLOCKS = "blocks"
TRANSACTIONS = "transactions"
TABLES = (BLOCKS, TRANSACTIONS)

_HEIGHT = struct.Struct(">Q")
_PLACE = struct.Struct(">QI")


def make_record(encoded_block: bytes, commit: Commit, executed: Executed) -> ledger_pb2.BlockRecord:
    """Put together what is kept of a block."""
    results = [
        ledger_pb2.Result(tx_id=tx_id, status=outcome.status, data=outcome.data)
        for tx_id, outcome in zip(executed.tx_ids, executed.outcomes, strict=True)
    ]
    events = [
        ledger_pb2.Event(
            tx_id=each.tx_id,
            contract=each.event.contract,
            name=each.event.name,
            payload=each.event.payload,
        )
        for each in executed.events
    ]
    return ledger_pb2.BlockRecord(block=encoded_block, commit=commit.encode(), results=results, events=events)


def height_key(height: int) -> bytes:
    """Return a height as a key, so that key order is height order."""
    return _HEIGHT.pack(height)


def place(height: int, index: int) -> bytes:
    """Return the place of a transaction as it is stored under its id."""
    return _PLACE.pack(height, index)


def write_block(batch: Batch, height: int, record: ledger_pb2.BlockRecord, tx_ids: Sequence[bytes]) -> None:
    """Write a block's record and the places of its transactions."""
    batch.put(BLOCKS, height_key(height), record.SerializeToString())
    for index, tx_id in enumerate(tx_ids):
        batch.put(TRANSACTIONS, tx_id, place(height, index))


def read_block(snapshot: Snapshot, height: int) -> ledger_pb2.BlockRecord | None:
    """Return the record of a height, or None."""
    value = snapshot.get(BLOCKS, height_key(height))
    return None if value is None else ledger_pb2.BlockRecord.FromString(value)


def find_transaction(snapshot: Snapshot, tx_id: bytes) -> gateway_pb2.Committed | None:
    """Return a transaction's place and result, or None where no block holds it."""
    value = snapshot.get(TRANSACTIONS, tx_id)
    if value is None:
        return None
    height, index = _PLACE.unpack(value)
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
