"""The roll of meters that may be drawn as witnesses: places from 0, without gaps."""

from collections.abc import Iterable

from msgspec.structs import replace

from wattloom.chaincode.api import AlreadyExists, Context, InvalidArgument, Page
from wattloom.chaincode.existence import keys
from wattloom.chaincode.existence.messages import Enlist, MeterOf, PageOfRoll
from wattloom.chaincode.existence.proofs import check_meter, meter_of, rejections_refused
from wattloom.chaincode.existence.records import Drawn, Enlisted, Place, RevokedMeter, Roll, Witness
from wattloom.chaincode.registry.access import require_own
from wattloom.identity.existence import statements
from wattloom.identity.existence.blind_keys import modulus


def enlist(ctx: Context, request: Enlist) -> Witness:
    """Put a meter on the roll of witnesses, or give one that is there another key.

    Raises
    ------
    NotFound : no such meter is registered
    MeterRevoked : it is revoked
    InvalidArgument : it has enlisted with this version or a later one, or this key has left the roll
    ProofRefused : it has not signed this, or the key has not the form of a witness's
    """
    # READ
    meter, before = meter_of(ctx, request.lfdi), find(ctx, request.lfdi)
    roll = ctx.state.find(keys.ROLL, Roll) or Roll()
    last = ctx.state.find(keys.enlisted(meter.lfdi), Enlisted)
    # CHECK
    if last is not None and request.version <= last.version:
        raise InvalidArgument(reason=f"version is {request.version}, the last enlistment had {last.version}")
    statement = statements.enlistment(
        ctx.block.chain_id, lfdi=request.lfdi, version=request.version, blind_key=request.blind_key
    )
    check_meter(ctx, meter, request.signature, statement)
    with rejections_refused():
        modulus(request.blind_key)
    if last is not None and before is None and request.blind_key == last.blind_key:
        raise InvalidArgument(reason="blind_key has been on the roll before: enlist with a new one")
    # WRITE
    witness = Witness(
        lfdi=meter.lfdi,
        organisation=meter.organisation,
        blind_key=request.blind_key,
        place=roll.places if before is None else before.place,
    )
    ctx.state.put(keys.witness(meter.lfdi), witness)
    ctx.state.put(keys.enlisted(meter.lfdi), Enlisted(version=request.version, blind_key=request.blind_key))
    if before is None:
        ctx.state.put(keys.place(witness.place), Place(lfdi=meter.lfdi))
        ctx.state.put(keys.ROLL, Roll(places=roll.places + 1))
    return witness


def dismiss(ctx: Context, request: MeterOf) -> None:
    """Take a meter of the caller's organisation off the roll, as one that is never there when it is drawn.

    Raises
    ------
    NotFound : it is not on the roll
    """
    witness = ctx.state.get(keys.witness(request.lfdi), Witness)
    require_own(ctx, witness.organisation)
    _strike(ctx, witness)


def revoke_meter(ctx: Context, request: MeterOf) -> RevokedMeter:
    """Take back for ever what a meter of the caller's organisation may do here; it vouches and asks no more.

    Raises
    ------
    NotFound : no such meter is registered
    AlreadyExists : it is revoked already
    """
    # READ
    meter, witness = meter_of(ctx, request.lfdi), find(ctx, request.lfdi)
    key = keys.revoked(meter.lfdi)
    # CHECK
    require_own(ctx, meter.organisation)
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"existence:{key}")
    # WRITE
    revoked = RevokedMeter(lfdi=meter.lfdi, organisation=meter.organisation, revoked_at_s=ctx.block_time_s)
    ctx.state.put(key, revoked)
    if witness is not None:
        _strike(ctx, witness)
    ctx.emit("meter_revoked", revoked)
    return revoked


def list_roll(ctx: Context, request: PageOfRoll) -> Page[Place]:
    """Show the roll in the order of its places, so that anybody can draw again."""
    return ctx.state.page(Place, "place", limit=request.limit, bookmark=request.bookmark)


def read_witness(ctx: Context, request: MeterOf) -> Witness:
    """Show a meter's place on the roll, and the key under which it waits to be drawn.

    Raises
    ------
    NotFound : it is not on the roll
    """
    return ctx.state.get(keys.witness(request.lfdi), Witness)


def find(ctx: Context, lfdi: str) -> Witness | None:
    """Return a witness, or None where the meter is not on the roll."""
    return ctx.state.find(keys.witness(lfdi), Witness)


def at(ctx: Context, place: int) -> Drawn:
    """Return the witness at a place of the roll."""
    lfdi = ctx.state.get(keys.place(place), Place).lfdi
    return Drawn(lfdi=lfdi, blind_key=ctx.state.get(keys.witness(lfdi), Witness).blind_key)


def retire(ctx: Context, drawn: Iterable[Drawn]) -> None:
    """Take off the roll who stands there still with a key that was drawn.

    Such a key signs what it does not see: in a second epoch, what it signed in the first would count.
    """
    for each in drawn:
        witness = find(ctx, each.lfdi)
        if witness is not None and witness.blind_key == each.blind_key:
            _strike(ctx, witness)


def _strike(ctx: Context, witness: Witness) -> None:
    """Take a witness off; the last one takes its place, so that no place is empty."""
    last = ctx.state.get(keys.ROLL, Roll).places - 1
    moved = ctx.state.get(keys.place(last), Place).lfdi
    if moved != witness.lfdi:
        ctx.state.put(keys.place(witness.place), Place(lfdi=moved))
        ctx.state.put(
            keys.witness(moved), replace(ctx.state.get(keys.witness(moved), Witness), place=witness.place)
        )
    ctx.state.delete(keys.place(last))
    ctx.state.delete(keys.witness(witness.lfdi))
    ctx.state.put(keys.ROLL, Roll(places=last))
