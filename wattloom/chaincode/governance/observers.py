"""Whose nodes may follow the ledger as peers."""

from wattloom.chaincode.api import State
from wattloom.chaincode.governance import keys, seats
from wattloom.chaincode.governance.records import NODE_ID_CHARS, Admission, Observers


def current(state: State) -> Observers:
    """Return how observers are admitted; open to all until a vote says otherwise."""
    return state.find(keys.OBSERVERS, Observers) or Observers()


def admitted(state: State, node_id: str) -> bool:
    """Tell whether a node may follow: open to all, else those listed and those of active validators."""
    if current(state).admission is Admission.OPEN:
        return True
    if any(seat.node_id == node_id for seat in seats.active(state)):
        return True
    return len(node_id) == NODE_ID_CHARS and node_id.isalnum() and state.exists(keys.observer(node_id))
