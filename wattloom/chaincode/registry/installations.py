"""Which meter measures a home: installed, replaced, and left behind when the household moves out.

A home is its party: certificates and meters come and go, money and history stay.
"""

from wattloom.chaincode.api import AlreadyExists, Context, InvalidArgument, NotFound
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.access import organisation_of, require_overseer, require_own
from wattloom.chaincode.registry.clients import unbind
from wattloom.chaincode.registry.records import Binding, Home, HomeId, Installation, Meter

NOBODY = "0" * 64
"""The certificate of a party that acts through none, not even through one that the ledger has never seen."""


def install_meter(ctx: Context, request: Installation) -> None:
    """Let a meter measure a home from now on; the one that did so before is free again.

    Raises
    ------
    NotFound : no such home or meter
    AlreadyExists : it measures this home already
    InvalidArgument : the meter is another organisation's, or measures another home
    """
    # READ
    organisation = organisation_of(request.party_id)
    home = ctx.state.exists(keys.home(request.party_id))
    meter = ctx.state.get(keys.meter(request.lfdi), Meter)
    before = ctx.state.find(keys.home_meter(request.party_id), Installation)
    elsewhere = ctx.state.find(keys.installed(request.lfdi), Installation)
    # CHECK
    require_own(ctx, organisation)
    if not home:
        raise NotFound(key=f"registry:{keys.home(request.party_id)}")
    if before == request:
        raise AlreadyExists(key=f"registry:{keys.home_meter(request.party_id)}")
    if meter.organisation != organisation:
        raise InvalidArgument(reason="lfdi is a meter of another organisation")
    if elsewhere is not None:
        raise InvalidArgument(reason="lfdi measures another home: install another meter there first")
    # WRITE
    if before is not None:
        ctx.state.delete(keys.installed(before.lfdi))
    ctx.state.put(keys.home_meter(request.party_id), request)
    ctx.state.put(keys.installed(request.lfdi), request)
    ctx.emit("meter_installed", request)


def move_out(ctx: Context, request: HomeId) -> None:
    """End a home: it opens nothing new, its certificate is refused, its meter is free for who comes after.

    Its account and history stay; the next household is another party.

    Raises
    ------
    NotFound : no such home
    """
    # READ
    home = ctx.state.get(keys.home(request.party_id), Home)
    installation = ctx.state.find(keys.home_meter(request.party_id), Installation)
    # CHECK
    require_own(ctx, organisation_of(request.party_id))
    # WRITE
    ctx.state.delete(keys.home(request.party_id))
    ctx.state.put(keys.former_home(request.party_id), home)
    if installation is not None:
        ctx.state.delete(keys.home_meter(request.party_id))
        ctx.state.delete(keys.installed(installation.lfdi))
    unbind(ctx, request.party_id)
    ctx.state.put(keys.party(request.party_id), Binding(party_id=request.party_id, client_id=NOBODY))
    ctx.emit("home_closed", request)


def read_home_meter(ctx: Context, request: HomeId) -> Installation:
    """Show which meter measures a home, to itself, to its registrar or to an auditor.

    Raises
    ------
    NotFound : no meter does
    """
    if request.party_id != ctx.caller.party_id:
        require_overseer(ctx, organisation_of(request.party_id))
    return ctx.state.get(keys.home_meter(request.party_id), Installation)
