"""The versioned, durable, provable state of the application, and the store that keeps it."""

from wattloom.network.state.errors import (
    ContractUnknown,
    HeightUnavailable,
    KeyAbsent,
    RestoreRejected,
    StateCorrupt,
    StateError,
    StateInUse,
    StorageFailed,
    StorageFull,
    StorageInUse,
)
from wattloom.network.state.proofs import StateProof, verify_state_proof
from wattloom.network.state.restore import Restore
from wattloom.network.state.store import BUCKETS, META, STATE, UNDO, Store
from wattloom.network.state.views import Batch, Snapshot
from wattloom.network.state.world import Prepared, WorldState

__all__ = [
    "BUCKETS",
    "META",
    "STATE",
    "UNDO",
    "Batch",
    "ContractUnknown",
    "HeightUnavailable",
    "KeyAbsent",
    "Prepared",
    "Restore",
    "RestoreRejected",
    "Snapshot",
    "StateCorrupt",
    "StateError",
    "StateInUse",
    "StateProof",
    "StorageFailed",
    "StorageFull",
    "StorageInUse",
    "Store",
    "WorldState",
    "verify_state_proof",
]
