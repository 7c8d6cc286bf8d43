"""Homes: households under pseudonymous ids, with the limits that their organisation vouches for."""

from wattloom.chaincode.api import AlreadyExists, Context, InvalidArgument, Page
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.access import organisation_of, require_overseer, require_own
from wattloom.chaincode.registry.clients import acting_client
from wattloom.chaincode.registry.records import Home, HomeId, HomesOf

HOME = "home"
"""The role of a home's certificate."""


def register_home(ctx: Context, request: Home) -> Home:
    """Register a party of the caller's organisation as a home.

    Raises
    ------
    AlreadyExists : it is registered already, or has moved out
    InvalidArgument : the party acts in another role than home
    """
    # READ
    key, former_key = keys.home(request.party_id), keys.former_home(request.party_id)
    client = acting_client(ctx, request.party_id)
    # CHECK
    require_own(ctx, organisation_of(request.party_id))
    for taken in (key, former_key):
        if ctx.state.exists(taken):
            raise AlreadyExists(key=f"registry:{taken}")
    if client is not None and client.role != HOME:
        raise InvalidArgument(
            reason=f"party_id acts as {client.role}, a home's certificate has the role {HOME}"
        )
    # WRITE
    ctx.state.put(key, request)
    ctx.emit("home_registered", request)
    return request


def read_home(ctx: Context, request: HomeId) -> Home:
    """Show a home to itself, to its registrar or to an auditor.

    Raises
    ------
    NotFound : no such home
    """
    if request.party_id != ctx.caller.party_id:
        require_overseer(ctx, organisation_of(request.party_id))
    return ctx.state.get(keys.home(request.party_id), Home)


def list_homes(ctx: Context, request: HomesOf) -> Page[Home]:
    """Show an organisation's homes, page by page, to its registrar or to an auditor."""
    require_overseer(ctx, request.organisation)
    return ctx.state.page(Home, "home", request.organisation, limit=request.limit, bookmark=request.bookmark)
