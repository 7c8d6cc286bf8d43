"""Which genesis a store was started from: kept for good, as blocks under another would be of no chain."""

from wattloom.network.state import META, Batch, Store

_GENESIS_HASH = b"origin/genesis_hash"


def started_from(store: Store) -> bytes | None:
    """Return the hash of the genesis document that a store was started from; None where it is new."""
    with store.snapshot() as snapshot:
        return snapshot.get(META, _GENESIS_HASH)


def mark_origin(batch: Batch, genesis_hash: bytes) -> None:
    """Write which genesis document a store starts from."""
    batch.put(META, _GENESIS_HASH, genesis_hash)
