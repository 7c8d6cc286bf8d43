"""How much one block clears and closes: what falls due beyond that waits for the next block.

Timers run before a block's transactions, as many as the ledger's budget allows by number. A book of ten
thousand orders is one timer, and so is a request without offers; here they are weighed.
"""

from wattloom.chaincode.api import Context
from wattloom.chaincode.auction import keys
from wattloom.chaincode.auction.records import Work
from wattloom.chaincode.auction.units import MAX_ORDERS

WORK_PER_BLOCK = MAX_ORDERS
"""In orders to match, about 25 microseconds each: a full book is a block's work."""

OFFER_WORK = 3
"""To close a request takes that much for each offer."""

BATCH_WORK = MAX_ORDERS // 4
"""To settle a batch of a matched book's homes takes that much."""


def take(ctx: Context, work: int) -> bool:
    """Tell whether this block may do so much, and count it; the first that asks in a block always may."""
    done = ctx.state.find(keys.work(), Work)
    before = done.units if done is not None and done.height == ctx.block.height else 0
    if before and before + work > WORK_PER_BLOCK:
        return False
    ctx.state.put(keys.work(), Work(height=ctx.block.height, units=before + work))
    return True
