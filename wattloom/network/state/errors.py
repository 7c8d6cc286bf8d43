"""What can go wrong with stored state.

MachineFault (of chaincode)     differs between machines: the node stops
|-- StorageFull                 the disk, a quota or the map has no room; nothing of the batch was written
|-- StorageFailed               the storage engine failed, or the folder holds no store
|   +-- StorageInUse            another process writes this store
+-- StateCorrupt                stored records contradict each other

StateError                      the question has no answer here; the node goes on
|-- HeightUnavailable           state of that height is not kept (any more, or yet)
|-- KeyAbsent                   there is no such key, and absence has no proof
|-- ContractUnknown             a change names a contract that this state does not have
|-- RestoreRejected             rows from outside are no state, or not the one that was promised
+-- StateInUse                  the state holds blocks of its own, and no other may take its place
"""

from pathlib import Path

from wattloom.chaincode.api.errors import MachineFault


class StorageFull(MachineFault):
    """There is no room for the batch; the store stands as it was and works again once there is."""

    def __init__(self, path: Path, remedy: str) -> None:
        super().__init__(f"no room left for the store {path}: {remedy}")
        self.path = path


class StorageFailed(MachineFault):
    """The storage engine failed."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"the store {path} failed: {what}")
        self.path = path


class StorageInUse(StorageFailed):
    """Another process has the store open for writing."""


class StateCorrupt(MachineFault):
    """Stored records contradict each other; `place` names the first that does."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"the stored state is damaged at {place}: {what}; restore it or replay the chain")
        self.place = place


class StateError(Exception):
    """Root of the answers that cannot be given."""


class HeightUnavailable(StateError):
    """The state of a height is not kept."""

    def __init__(self, height: int, *, oldest: int, latest: int) -> None:
        super().__init__(f"state of height {height} is not kept: ask for {oldest} to {latest}")
        self.height, self.oldest, self.latest = height, oldest, latest


class KeyAbsent(StateError):
    """There is no value, and its absence cannot be proven."""

    def __init__(self, contract: str, key: str, height: int) -> None:
        super().__init__(f"{contract}:{key} has no value at height {height}, and absence has no proof")
        self.contract, self.key, self.height = contract, key, height


class ContractUnknown(StateError):
    """The state has no tree for a contract."""

    def __init__(self, contract: str) -> None:
        super().__init__(f"the state has no contract {contract!r}: install it before it writes")
        self.contract = contract


class RestoreRejected(StateError):
    """Rows from outside are not what they should be."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the state from outside is refused: {what}")


class StateInUse(StateError):
    """The state has executed blocks."""

    def __init__(self, height: int) -> None:
        super().__init__(
            f"the state holds what blocks up to height {height} made, and the engine begins with none: "
            "remove the node's `state` folder to start from a snapshot, or bring the engine's `data` back"
        )
        self.height = height
