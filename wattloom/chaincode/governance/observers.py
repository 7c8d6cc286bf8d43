"""Whose nodes may follow the ledger as peers."""

from wattloom.chaincode.api import AlreadyExists, Context, InvalidArgument, NotFound, State
from wattloom.chaincode.governance import keys, seats
from wattloom.chaincode.governance.actions import SetObservers
from wattloom.chaincode.governance.errors import NodeIdMissing, TooManyObservers
from wattloom.chaincode.governance.records import NODE_ID_CHARS, Admission, Observer, Observers

MOST_LISTED = 1_000


def current(state: State) -> Observers:
    """Return how observers are admitted; open to all until a vote says otherwise."""
    return state.find(keys.OBSERVERS, Observers) or Observers()


def are_listed(state: State) -> bool:
    """Tell whether none but listed nodes and the validators' may follow."""
    return current(state).admission is Admission.LISTED


def admitted(state: State, node_id: str) -> bool:
    """Tell whether a node may follow: open to all, else those listed and those of the validators."""
    if not are_listed(state):
        return True
    if any(seat.node_id == node_id for seat in seats.everyone(state)):
        return True
    return _is_node_id(node_id) and state.exists(keys.observer(node_id))


def set_observers(ctx: Context, action: SetObservers) -> None:
    """Open or close the door, and change the list.

    Raises
    ------
    NoValidators : the ledger records none, so that nobody has peers
    InvalidArgument : a node is named twice
    AlreadyExists, NotFound : a node to add is listed, or one to remove is not
    TooManyObservers : the list would be too long
    NodeIdMissing : a validator's seat names no node id, and the list would shut it out
    """
    # READ
    seated = seats.require_any(ctx.state)
    listed = current(ctx.state).listed + len(action.add) - len(action.remove)
    # CHECK
    _check_lists(ctx.state, action)
    if listed > MOST_LISTED:
        raise TooManyObservers(listed=listed, limit=MOST_LISTED)
    for seat in seated:
        if action.admission is Admission.LISTED and seat.node_id is None:
            raise NodeIdMissing(node=seat.node)
    # WRITE
    for node_id in action.add:
        ctx.state.put(keys.observer(node_id), Observer(node_id=node_id))
    for node_id in action.remove:
        ctx.state.delete(keys.observer(node_id))
    observers = Observers(admission=action.admission, listed=listed)
    ctx.state.put(keys.OBSERVERS, observers)
    ctx.emit("observers_set", observers)


def _check_lists(state: State, action: SetObservers) -> None:
    named = [*action.add, *action.remove]
    if len(dict.fromkeys(named)) < len(named):
        raise InvalidArgument(reason="add and remove name a node twice")
    for node_id in action.add:
        if state.exists(keys.observer(node_id)):
            raise AlreadyExists(key=f"{seats.GOVERNANCE}:{keys.observer(node_id)}")
    for node_id in action.remove:
        if not state.exists(keys.observer(node_id)):
            raise NotFound(key=f"{seats.GOVERNANCE}:{keys.observer(node_id)}")


def _is_node_id(text: str) -> bool:
    return len(text) == NODE_ID_CHARS and not text.strip("0123456789abcdef")
