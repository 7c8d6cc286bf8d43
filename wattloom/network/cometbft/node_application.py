"""The application as a running node has it: it offers snapshots, takes a peer's, and forgets old blocks."""

from collections.abc import Callable

from wattloom.network.application import Application
from wattloom.network.chain.genesis import Genesis
from wattloom.network.cometbft.adapter import LedgerApplication
from wattloom.network.cometbft.pruning import prune, retain_height
from wattloom.network.cometbft.snapshot_calls import SnapshotCalls
from wattloom.network.cometbft.snapshots import Snapshots
from wattloom.network.engine import NewBlock
from wattloom.network.state import Batch, Store


class NodeApplication(SnapshotCalls, LedgerApplication):
    """The ledger under a stock node, with what a node owes its peers and its disk.

    Parameters
    ----------
    keep_blocks : how many blocks stay at least; None keeps every block, with an index of its events
    announce : hears of each block once it is committed, in the thread of the consensus connection
    """

    def __init__(
        self,
        application: Application,
        store: Store,
        genesis: Genesis,
        snapshots: Snapshots,
        *,
        keep_blocks: int | None,
        announce: Callable[[NewBlock], None],
    ) -> None:
        SnapshotCalls.__init__(self, snapshots)
        LedgerApplication.__init__(
            self, application, store, genesis, indexes_events=keep_blocks is None, announce=announce
        )
        self._keep_blocks = keep_blocks
        self._default_evidence_age_blocks = genesis.params.evidence_max_age_blocks

    def forget(self, batch: Batch, height: int) -> int:
        """Prune results in small steps; blocks follow, never within the age at which evidence counts."""
        if self._keep_blocks is None:
            return 0
        limits = self._application.limits()
        age_blocks = limits.evidence_max_age_blocks if limits else self._default_evidence_age_blocks
        below = retain_height(
            height,
            keep_blocks=self._keep_blocks,
            evidence_age_blocks=age_blocks,
            oldest_snapshot=self.snapshots.oldest_height(),
        )
        return prune(batch, below)

    def after_commit(self, height: int) -> None:
        """Begin a snapshot where one is due."""
        self.snapshots.after_commit(height)
