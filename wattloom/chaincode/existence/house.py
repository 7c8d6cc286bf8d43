"""Receipts, for relayers and for other contracts: verify one and use up its key, in the same transaction."""

from hashlib import sha256

from wattloom.chaincode.api import Context
from wattloom.chaincode.existence import epochs, keys
from wattloom.chaincode.existence.errors import EpochNotRunning, KeySpent, TreeNotVouched
from wattloom.chaincode.existence.messages import Received, Spend
from wattloom.chaincode.existence.proofs import is_revoked, rejections_refused
from wattloom.chaincode.existence.records import SpentKey, VouchedTree
from wattloom.identity.existence.verifying import verify_receipt


def spend(ctx: Context, request: Spend) -> None:
    """Take a receipt of a genuine meter once, for a relayer, whose name says nothing of the meter.

    A contract that calls it says what the subject must be, and who is paid.

    Raises
    ------
    NotFound : no such epoch, or its tree is not published
    EpochNotRunning : the epoch has not begun, or is over
    TreeNotVouched : everybody who vouched for the tree is revoked
    KeySpent : the key has been used
    ProofRefused : path or signature does not hold
    """
    # READ
    own = ctx.within("existence")
    epoch = epochs.read(own, request.epoch)
    key_hash = sha256(request.public_key).hexdigest()
    spent_key = keys.spent(epoch.number, key_hash)
    # CHECK
    if not epoch.counts(ctx.block_time_s):
        raise EpochNotRunning(
            epoch=epoch.number,
            starts_at_s=epoch.starts_at_s,
            until_s=epoch.ends_at_s + epoch.grace_s,
            block_time_s=ctx.block_time_s,
        )
    tree = own.state.get(keys.tree(epoch.number, request.root), VouchedTree)
    if all(is_revoked(own, epoch.witnesses[position].lfdi) for position in tree.witnesses):
        raise TreeNotVouched(epoch=epoch.number, root=tree.root)
    if own.state.exists(spent_key):
        raise KeySpent(epoch=epoch.number, key_hash=key_hash)
    with rejections_refused():
        verify_receipt(
            request.receipt(), chain_id=ctx.block.chain_id, root=bytes.fromhex(tree.root), depth=epoch.depth
        )
    # WRITE
    own.state.put(spent_key, SpentKey(root=tree.root, subject=request.subject))
    own.emit(
        "received",
        Received(epoch=epoch.number, root=tree.root, subject=request.subject, energy_wh=request.energy_wh),
    )
