"""Offences of validators: each is recorded, and suspends the key that it was done with."""

from collections.abc import Sequence

from msgspec.structs import replace

from wattloom.chaincode.api import Context
from wattloom.chaincode.governance import keys, seats
from wattloom.chaincode.governance.messages import Active
from wattloom.chaincode.governance.records import (
    Incident,
    KeyOwner,
    Misbehaviour,
    Seat,
    SeatStatus,
    address_of,
)


def record_all(ctx: Context, misbehaviour: Sequence[Misbehaviour]) -> None:
    """Record what a block brings, suspend the offenders, and raise the alarm where too few stay."""
    suspended = 0
    for number, evidence in enumerate(misbehaviour):
        suspended += _record(ctx, evidence, number)
    active = len(seats.active(ctx.state))
    if suspended and active < seats.LEAST_ACTIVE:
        ctx.emit("validators_below_minimum", Active(active=active, least=seats.LEAST_ACTIVE))


def _record(ctx: Context, evidence: Misbehaviour, number: int) -> bool:
    owner = ctx.state.find(keys.owner(evidence.address), KeyOwner)
    seat = None if owner is None else _serving(ctx, owner, evidence)
    incident = Incident(
        evidence=evidence,
        organisation="" if owner is None else owner.organisation,
        node="" if owner is None else owner.node,
        suspended=seat is not None,
        recorded_height=ctx.block.height,
        recorded_at_s=ctx.block_time_s,
    )
    ctx.state.put(keys.misbehaviour(ctx.block.height, number), incident)
    ctx.emit("validator_misbehaved", incident)
    if seat is not None:
        _suspend(ctx, replace(seat, status=SeatStatus.SUSPENDED))
    return seat is not None


def _serving(ctx: Context, owner: KeyOwner, evidence: Misbehaviour) -> Seat | None:
    """Return the seat to suspend: active with this key since the offence or before, and not the last one."""
    seat = ctx.state.find(keys.seat(owner.node), Seat)
    if seat is None or seat.status is not SeatStatus.ACTIVE:
        return None
    if address_of(seat.public_key) != evidence.address or evidence.height < seat.since_height:
        return None
    return seat if len(seats.active(ctx.state)) > 1 else None


def _suspend(ctx: Context, suspended: Seat) -> None:
    ctx.state.put(keys.seat(suspended.node), suspended)
    ctx.emit("validator_suspended", suspended)
