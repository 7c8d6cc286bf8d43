"""Epochs: they follow one another, each with witnesses that are drawn once its requests are in."""

from itertools import islice

from msgspec.structs import replace

from wattloom.chaincode.api import Context, Record
from wattloom.chaincode.existence import keys, roll
from wattloom.chaincode.existence.errors import EpochNotDrawn
from wattloom.chaincode.existence.messages import EpochOf
from wattloom.chaincode.existence.records import Epoch, Newest, Roll, SpentKey, Tally, TreesAsked, VouchedTree
from wattloom.chaincode.governance.parameters import existence_rules
from wattloom.identity.existence import drawing

PRUNED_AT_ONCE = 1_000
"""How many records of an epoch that is over one block removes."""

FORGOTTEN: tuple[tuple[str, type[Record]], ...] = (
    ("asked", TreesAsked),
    ("spent", SpentKey),
    ("tree", VouchedTree),
)
"""Records of an epoch that mean nothing once its receipts count no more, by the first part of their keys."""


def open_epoch(ctx: Context) -> Epoch:
    """Open the next epoch under the consortium's rules; it begins when the one before ends, or soon.

    Witnesses whose keys served in the one before leave the roll, unless they have enlisted with another key.

    Raises
    ------
    EpochNotDrawn : the one before still takes requests
    """
    # READ
    rules, newest = existence_rules(ctx), ctx.state.find(keys.NEWEST, Newest)
    before = None if newest is None else read(ctx, newest.number)
    # CHECK
    if before is not None and not before.drawn:
        raise EpochNotDrawn(epoch=before.number, requests_until_s=before.requests_until_s)
    # WRITE
    if before is not None:
        roll.retire(ctx, before.witnesses)
    starts_at_s = ctx.block_time_s + rules.request_s + rules.publish_s
    if before is not None:
        starts_at_s = max(starts_at_s, before.ends_at_s)
    epoch = Epoch(
        number=1 if before is None else before.number + 1,
        depth=rules.depth,
        requests_until_s=starts_at_s - rules.publish_s,
        starts_at_s=starts_at_s,
        ends_at_s=starts_at_s + rules.epoch_s,
        grace_s=rules.grace_s,
        to_draw=rules.witnesses,
        needed=rules.needed,
        trees_per_meter=rules.trees_per_meter,
        limit=rules.trees,
    )
    write(ctx, epoch)
    ctx.state.put(keys.NEWEST, Newest(number=epoch.number))
    ctx.schedule(epoch.requests_until_s, "draw", EpochOf(number=epoch.number))
    ctx.schedule(epoch.ends_at_s + epoch.grace_s, "prune", EpochOf(number=epoch.number))
    ctx.emit("epoch_opened", epoch)
    return epoch


def draw(ctx: Context, request: EpochOf) -> None:
    """Draw an epoch's witnesses by the hash of this block, the first one past its requests."""
    # READ
    epoch = read(ctx, request.number)
    places = (ctx.state.find(keys.ROLL, Roll) or Roll()).places
    # WRITE
    seed = drawing.seed_of(ctx.block.chain_id, epoch=epoch.number, block_hash=ctx.block_hash)
    drawn = drawing.draw(seed, places=places, number=epoch.to_draw)
    drawn_epoch = replace(
        epoch,
        drawn_height=ctx.block.height,
        block_hash=ctx.block_hash,
        places=places,
        witnesses=[roll.at(ctx, place) for place in drawn],
    )
    write(ctx, drawn_epoch)
    _announce(ctx, drawn_epoch)


def _announce(ctx: Context, epoch: Epoch) -> None:
    ctx.emit("witnesses_drawn", epoch)


def prune(ctx: Context, request: EpochOf) -> None:
    """Forget requests, trees and spent keys of an epoch whose receipts count no more, some in each block."""
    part = keys.epoch(request.number).partition("/")[2]
    found = (key for name, kind in FORGOTTEN for key, _ in ctx.state.range(kind, name, part))
    for key in (pruned := list(islice(found, PRUNED_AT_ONCE))):
        ctx.state.delete(key)
    if len(pruned) == PRUNED_AT_ONCE:
        ctx.schedule(ctx.block_time_s, "prune", request)
    else:
        ctx.emit("epoch_forgotten", request)


def read_epoch(ctx: Context, request: EpochOf) -> Epoch:
    """Show an epoch: its rules, and its witnesses once they are drawn.

    Raises
    ------
    NotFound : no such epoch
    """
    return read(ctx, request.number)


def newest_epoch(ctx: Context) -> Epoch:
    """Show the epoch that was opened last.

    Raises
    ------
    NotFound : none has been opened
    """
    return read(ctx, ctx.state.get(keys.NEWEST, Newest).number)


def read_tally(ctx: Context, request: EpochOf) -> Tally:
    """Show how many trees of an epoch were asked for, and how many are published."""
    return tally_of(ctx, request.number)


def read(ctx: Context, number: int) -> Epoch:
    """Return an epoch; raise `NotFound`."""
    return ctx.state.get(keys.epoch(number), Epoch)


def write(ctx: Context, epoch: Epoch) -> None:
    """Keep an epoch."""
    ctx.state.put(keys.epoch(epoch.number), epoch)


def tally_of(ctx: Context, number: int) -> Tally:
    """Return the tally of an epoch, empty at first."""
    return ctx.state.find(keys.tally(number), Tally) or Tally()
