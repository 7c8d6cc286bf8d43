"""The contract `existence`: which functions there are, and who may call them."""

from wattloom.chaincode.api import Contract
from wattloom.chaincode.existence import epochs, house, publishing, roll

existence = Contract(
    "existence", summary="Trees of meters' one-time keys, who vouches for them, and which keys are spent."
)

existence.transaction(roles=["registrar"])(epochs.open_epoch)
existence.transaction(roles=["registrar"])(roll.revoke_meter)
existence.transaction(roles=["registrar"])(roll.dismiss)
existence.transaction()(roll.enlist)
existence.transaction()(publishing.ask_for_trees)
existence.transaction(roles=["relayer"])(publishing.publish)
existence.transaction(roles=["relayer"])(house.spend)
existence.timer(epochs.draw)
existence.timer(epochs.prune)
existence.query()(epochs.newest_epoch)
existence.query()(epochs.read_epoch)
existence.query()(epochs.read_tally)
existence.query()(roll.list_roll)
existence.query()(roll.read_witness)
existence.query()(publishing.read_asked)
existence.query()(publishing.read_tree)
