"""Members and manufacturers admitted and dismissed by vote."""

from wattloom.chaincode.api import Context
from wattloom.chaincode.governance import seats, validators
from wattloom.chaincode.governance.actions import AddManufacturer, AddOrganisation, RemoveOrganisation
from wattloom.chaincode.governance.electorate import members
from wattloom.chaincode.governance.errors import LastOrganisation
from wattloom.chaincode.registry import roll
from wattloom.chaincode.registry.records import Manufacturer, Organisation


def add_organisation(ctx: Context, action: AddOrganisation) -> None:
    """Admit an organisation; refusals see `roll.add_organisation`."""
    request = Organisation(organisation=action.organisation, ca_certificate=action.ca_certificate)
    roll.add_organisation(ctx, request)


def remove_organisation(ctx: Context, action: RemoveOrganisation) -> None:
    """Dismiss an organisation and take its seats away.

    Raises
    ------
    NotFound : it is no member
    LastOrganisation : nobody would stay
    TooFewValidators : too few active validators would stay
    """
    # READ
    leaving = [seat for seat in seats.everyone(ctx.state) if seat.organisation == action.organisation]
    # CHECK
    roll.require_member(ctx, action.organisation)
    if members(ctx.overlay) == [action.organisation]:
        raise LastOrganisation(organisation=action.organisation)
    seats.require_enough_without(ctx.state, leaving)
    # WRITE
    for seat in leaving:
        validators.take_away(ctx, seat)
    roll.remove_organisation(ctx, action.organisation)


def add_manufacturer(ctx: Context, action: AddManufacturer) -> None:
    """Trust a manufacturer; refusals see `roll.add_manufacturer`."""
    request = Manufacturer(manufacturer=action.manufacturer, root_certificate=action.root_certificate)
    roll.add_manufacturer(ctx, request)
