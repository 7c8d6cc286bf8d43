"""Trees: meters ask under their own name for how many they want, and publish which ones under none."""

from itertools import pairwise

from msgspec.structs import replace

from wattloom.chaincode.api import AlreadyExists, Context, InvalidArgument
from wattloom.chaincode.existence import epochs, keys
from wattloom.chaincode.existence.errors import (
    EpochFull,
    EpochNotDrawn,
    EpochNotRunning,
    MeterRevoked,
    RequestsClosed,
    TooFewWitnesses,
    TooManyTrees,
)
from wattloom.chaincode.existence.messages import Asked, AskedOf, AskForTrees, Publish, SignedTree, TreeOf
from wattloom.chaincode.existence.proofs import check_meter, is_revoked, meter_of, rejections_refused
from wattloom.chaincode.existence.records import Epoch, TreesAsked, VouchedTree
from wattloom.identity.existence import statements
from wattloom.identity.existence.verifying import verify_voucher


def ask_for_trees(ctx: Context, request: AskForTrees) -> None:
    """Note that a genuine meter wants so many trees; witnesses will sign that many for it, unseen.

    Raises
    ------
    NotFound : no such epoch, or no such meter is registered
    RequestsClosed : the witnesses are about to be drawn
    AlreadyExists : the meter has asked already
    TooManyTrees : more than one meter may have
    EpochFull : more than all may have together, which is what one witness vouches for
    MeterRevoked, ProofRefused : the meter is revoked, or has not signed this
    """
    # READ
    epoch, meter = epochs.read(ctx, request.epoch), meter_of(ctx, request.lfdi)
    tally, key = epochs.tally_of(ctx, epoch.number), keys.asked(epoch.number, request.lfdi)
    # CHECK
    if ctx.block_time_s > epoch.requests_until_s:
        raise RequestsClosed(epoch=epoch.number, closed_s=epoch.requests_until_s)
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"existence:{key}")
    if request.trees > epoch.trees_per_meter:
        raise TooManyTrees(epoch=epoch.number, limit=epoch.trees_per_meter)
    if tally.requested + request.trees > epoch.limit:
        raise EpochFull(epoch=epoch.number, limit=epoch.limit)
    statement = statements.request(
        ctx.block.chain_id, epoch=epoch.number, lfdi=meter.lfdi, trees=request.trees
    )
    check_meter(ctx, meter, request.signature, statement)
    # WRITE
    asked = TreesAsked(epoch=epoch.number, lfdi=meter.lfdi, trees=request.trees)
    ctx.state.put(key, asked)
    ctx.state.put(keys.tally(epoch.number), replace(tally, requested=tally.requested + request.trees))
    ctx.emit("trees_asked", asked)


def publish(ctx: Context, request: Publish) -> None:
    """Take trees that enough drawn witnesses have signed; all of them or none.

    Raises
    ------
    NotFound : no such epoch
    EpochNotDrawn : its witnesses are not drawn yet
    EpochNotRunning : it is over
    InvalidArgument : roots or vouchers are not in order, or a voucher is of nobody who was drawn
    AlreadyExists : a tree is published already
    TooManyTrees : more than were asked for
    TooFewWitnesses : fewer have signed a tree than must
    ProofRefused : a signature does not hold
    """
    # READ
    epoch, tally = epochs.read(ctx, request.epoch), epochs.tally_of(ctx, request.epoch)
    roots = [tree.root for tree in request.trees]
    # CHECK
    _check_open(ctx, epoch)
    if any(first >= second for first, second in pairwise(roots)):
        raise InvalidArgument(reason="trees are not in the order of their roots, each once")
    for key in (keys.tree(epoch.number, root) for root in roots):
        if ctx.state.exists(key):
            raise AlreadyExists(key=f"existence:{key}")
    if tally.published + len(roots) > tally.requested:
        raise TooManyTrees(epoch=epoch.number, limit=tally.requested)
    trees = [_vouched(ctx, epoch, tree) for tree in request.trees]
    # WRITE
    for tree in trees:
        _keep(ctx, tree)
    ctx.state.put(keys.tally(epoch.number), replace(tally, published=tally.published + len(trees)))


def read_asked(ctx: Context, request: AskedOf) -> Asked:
    """Show a witness how many trees a meter may have signed, and by which key it asks.

    Raises
    ------
    NotFound : the meter has not asked, or the epoch is over
    MeterRevoked : the meter is revoked
    """
    asked = ctx.state.get(keys.asked(request.epoch, request.lfdi), TreesAsked)
    meter = meter_of(ctx, request.lfdi)
    if is_revoked(ctx, meter.lfdi):
        raise MeterRevoked(lfdi=meter.lfdi)
    return Asked(epoch=asked.epoch, lfdi=asked.lfdi, trees=asked.trees, public_key=meter.public_key)


def read_tree(ctx: Context, request: TreeOf) -> VouchedTree:
    """Show who vouched for a published tree.

    Raises
    ------
    NotFound : no such tree is published, or its epoch is over
    """
    return ctx.state.get(keys.tree(request.epoch, request.root), VouchedTree)


def _check_open(ctx: Context, epoch: Epoch) -> None:
    if not epoch.drawn:
        raise EpochNotDrawn(epoch=epoch.number, requests_until_s=epoch.requests_until_s)
    if ctx.block_time_s > epoch.ends_at_s:
        raise EpochNotRunning(
            epoch=epoch.number,
            starts_at_s=epoch.starts_at_s,
            until_s=epoch.ends_at_s,
            block_time_s=ctx.block_time_s,
        )


def _keep(ctx: Context, tree: VouchedTree) -> None:
    ctx.state.put(keys.tree(tree.epoch, tree.root), tree)
    ctx.emit("tree_published", tree)


def _vouched(ctx: Context, epoch: Epoch, tree: SignedTree) -> VouchedTree:
    """Return the record of a tree whose signatures hold; one of a revoked witness does not count."""
    positions = [voucher.witness for voucher in tree.vouchers]
    if positions != sorted(set(positions)) or positions[-1] >= len(epoch.witnesses):
        raise InvalidArgument(reason="vouchers are not in the order of the drawn witnesses, each once")
    counted = [position for position in positions if not is_revoked(ctx, epoch.witnesses[position].lfdi)]
    if len(counted) < epoch.needed:
        raise TooFewWitnesses(needed=epoch.needed, signed=len(counted))
    statement = statements.tree(
        ctx.block.chain_id, epoch=epoch.number, depth=epoch.depth, root=bytes.fromhex(tree.root)
    )
    with rejections_refused():
        for voucher in tree.vouchers:
            verify_voucher(epoch.witnesses[voucher.witness].blind_key, statement, voucher.signature)
    return VouchedTree(epoch=epoch.number, root=tree.root, witnesses=counted)
