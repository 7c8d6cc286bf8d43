"""Seats given, taken and given back by vote."""

from msgspec.structs import replace

from wattloom.chaincode.api import AlreadyExists, Context
from wattloom.chaincode.governance import keys, observers, seats
from wattloom.chaincode.governance.actions import AddValidator, ReinstateValidator, RemoveValidator
from wattloom.chaincode.governance.errors import NodeIdMissing, NotSuspended, TooManyValidators
from wattloom.chaincode.governance.records import KeyOwner, Seat, SeatStatus, address_of
from wattloom.chaincode.registry.roll import require_member


def add(ctx: Context, action: AddValidator) -> None:
    """Give a node a seat.

    Raises
    ------
    NoValidators : the ledger records none
    NotFound : its organisation is no member
    AlreadyExists : the node has a seat, or the key is or was another node's
    TooManyValidators : there are as many as a ledger takes
    NodeIdMissing : observers are listed, and it names no node id
    """
    # READ
    seat = Seat(
        organisation=action.organisation,
        node=action.node,
        public_key=action.public_key,
        node_id=action.node_id,
        since_height=ctx.block.height,
    )
    # CHECK
    seated = seats.require_any(ctx.state)
    require_member(ctx, action.organisation)
    if ctx.state.exists(keys.seat(seat.node)):
        raise AlreadyExists(key=f"{seats.GOVERNANCE}:{keys.seat(seat.node)}")
    _require_own_key(ctx, seat)
    if len(seated) >= seats.MOST_SEATS:
        raise TooManyValidators(limit=seats.MOST_SEATS)
    if seat.node_id is None and observers.are_listed(ctx.state):
        raise NodeIdMissing(node=seat.node)
    # WRITE
    seats.put(ctx.state, seat)
    ctx.emit("validator_added", seat)


def remove(ctx: Context, action: RemoveValidator) -> None:
    """Take a seat away.

    Raises
    ------
    NotFound : the node has none
    TooFewValidators : too few active ones would stay
    """
    # READ
    seat = ctx.state.get(keys.seat(action.node), Seat)
    # CHECK
    seats.require_enough_without(ctx.state, [seat])
    # WRITE
    take_away(ctx, seat)


def reinstate(ctx: Context, action: ReinstateValidator) -> None:
    """Let a suspended seat sign again; what it did before does not suspend it once more.

    Raises
    ------
    NotFound : the node has no seat
    NotSuspended : it is active
    AlreadyExists : the key is or was another node's
    """
    # READ
    before = ctx.state.get(keys.seat(action.node), Seat)
    # CHECK
    if before.status is not SeatStatus.SUSPENDED:
        raise NotSuspended(node=before.node)
    seat = replace(
        before,
        public_key=action.public_key or before.public_key,
        status=SeatStatus.ACTIVE,
        since_height=ctx.block.height,
    )
    _require_own_key(ctx, seat)
    # WRITE
    _put_reinstated(ctx, seat)


def take_away(ctx: Context, seat: Seat) -> None:
    """Remove a seat; whose its key was stays known."""
    ctx.state.delete(keys.seat(seat.node))
    ctx.emit("validator_removed", seat)


def _put_reinstated(ctx: Context, seat: Seat) -> None:
    seats.put(ctx.state, seat)
    ctx.emit("validator_reinstated", seat)


def _require_own_key(ctx: Context, seat: Seat) -> None:
    """Raise `AlreadyExists` where the key is or was another's: evidence must name one offender."""
    key = keys.owner(address_of(seat.public_key))
    owner = ctx.state.find(key, KeyOwner)
    if owner is not None and owner != KeyOwner(organisation=seat.organisation, node=seat.node):
        raise AlreadyExists(key=f"{seats.GOVERNANCE}:{key}")
