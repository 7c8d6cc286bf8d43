"""What a node that is no archive forgets: results in its own store, and blocks in the engine's."""

from wattloom.network.cometbft import records
from wattloom.network.state import Batch

STRIDE = 100
"""The engine is told to prune this many blocks at once: each time costs it a synchronous write."""


def retain_height(
    latest: int, *, keep_blocks: int, evidence_age_blocks: int, oldest_snapshot: int | None
) -> int:
    """Return the height below which nobody needs this node's blocks; 0 while all are needed.

    A node that starts from a snapshot asks for the blocks after it, so that while none is offered every block
    stays. Misbehaviour can be proven as long as its evidence counts, and needs the block that it happened at.
    """
    if oldest_snapshot is None:
        return 0
    below = min(latest + 1 - keep_blocks, latest - evidence_age_blocks, oldest_snapshot)
    return max(0, below // STRIDE * STRIDE)


def prune(batch: Batch, below: int) -> int:
    """Drop some of what stands below a height, and return the height that the engine may prune to.

    It never runs ahead of our own records, so a node that is told to keep less gets there in small steps.
    """
    records.prune(batch, below)
    oldest = records.oldest(batch)
    return below if oldest is None else min(below, oldest // STRIDE * STRIDE)
