"""What a node keeps of each executed block: one record per height, and where each transaction stands."""

import struct
from collections.abc import Sequence

from wattloom.network.application import Executed
from wattloom.network.state import Batch
from wattloom.network.state.views import View
from wattloom.network.wire import ledger_pb2

TRANSACTIONS = "transactions"

_HEIGHT = struct.Struct(">Q")
_PLACE = struct.Struct(">QI")


def height_key(height: int) -> bytes:
    """Return a height as a key, so that key order is height order."""
    return _HEIGHT.pack(height)


def place(height: int, index: int) -> bytes:
    """Return the place of a transaction as it is stored under its id."""
    return _PLACE.pack(height, index)


def results_of(executed: Executed) -> list[ledger_pb2.Result]:
    """Return what is kept of the results."""
    return [
        ledger_pb2.Result(tx_id=tx_id, status=outcome.status, data=outcome.data)
        for tx_id, outcome in zip(executed.tx_ids, executed.outcomes, strict=True)
    ]


def events_of(executed: Executed) -> list[ledger_pb2.Event]:
    """Return what is kept of the events."""
    return [
        ledger_pb2.Event(
            tx_id=each.tx_id,
            contract=each.event.contract,
            name=each.event.name,
            payload=each.event.payload,
        )
        for each in executed.events
    ]


def write_record(
    batch: Batch, table: str, height: int, record: ledger_pb2.BlockRecord, tx_ids: Sequence[bytes]
) -> None:
    """Write a height's record and the places of its transactions; bytes that are none have no id."""
    batch.put(table, height_key(height), record.SerializeToString())
    for index, tx_id in enumerate(tx_ids):
        if tx_id:
            batch.put(TRANSACTIONS, tx_id, place(height, index))


def read_record(view: View, table: str, height: int) -> ledger_pb2.BlockRecord | None:
    """Return the record of a height, or None."""
    value = view.get(table, height_key(height))
    return None if value is None else ledger_pb2.BlockRecord.FromString(value)


def find_place(view: View, tx_id: bytes) -> tuple[int, int] | None:
    """Return height and index of a transaction, or None."""
    value = view.get(TRANSACTIONS, tx_id)
    if value is None:
        return None
    height, index = _PLACE.unpack(value)
    return height, index
