"""The contract `existence`: which functions there are, and who may call them."""

from wattloom.chaincode.api import Context, Contract
from wattloom.chaincode.existence import epochs, house, publishing, roll
from wattloom.chaincode.existence.messages import Spend

existence = Contract(
    "existence", summary="Trees of meters' one-time keys, who vouches for them, and which keys are spent."
)

existence.transaction(roles=["registrar"])(epochs.open_epoch)
existence.transaction(roles=["registrar"])(roll.revoke_meter)
existence.transaction(roles=["registrar"])(roll.dismiss)
existence.transaction()(roll.enlist)
existence.transaction()(publishing.ask_for_trees)
existence.transaction(roles=["relayer"])(publishing.publish)
existence.timer(epochs.draw)
existence.timer(epochs.prune)
existence.query()(epochs.newest_epoch)
existence.query()(epochs.read_epoch)
existence.query()(epochs.read_tally)
existence.query()(roll.list_roll)
existence.query()(publishing.read_asked)
existence.query()(publishing.read_tree)


@existence.transaction(roles=["relayer"])
def spend(ctx: Context, request: Spend) -> None:
    """Take a receipt of a genuine meter once, for a relayer, whose name says nothing of the meter.

    Raises
    ------
    NotFound : no such epoch, or its tree is not published
    EpochNotRunning : the epoch has not begun, or is over
    TreeNotVouched : everybody who vouched for the tree is revoked
    KeySpent : the key has been used
    ProofRefused : path or signature does not hold
    """
    house.spend(ctx, request)
