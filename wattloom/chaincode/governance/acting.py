"""Carrying out what was voted for: as a whole or not at all."""

from msgspec.structs import replace

from wattloom.chaincode.api import Context
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.governance import actions, members, observers, parameters, rules, validators
from wattloom.chaincode.governance.actions import Action


def rehearse(ctx: Context, action: Action) -> None:
    """Raise the refusal that the action would meet now; nothing is changed."""
    _perform(_trial_of(ctx), action)


def carry_out(ctx: Context, action: Action) -> None:
    """Do it; raise its refusal, which changes nothing."""
    trial = _trial_of(ctx)
    _perform(trial, action)
    trial.overlay.merge_into(ctx.overlay)
    ctx.events.extend(trial.events)


def _trial_of(ctx: Context) -> Context:
    return replace(ctx, overlay=Overlay(ctx.overlay), events=[])


def _perform(ctx: Context, action: Action) -> None:
    match action:
        case actions.AddOrganisation():
            members.add_organisation(ctx, action)
        case actions.RemoveOrganisation():
            members.remove_organisation(ctx, action)
        case actions.AddManufacturer():
            members.add_manufacturer(ctx, action)
        case actions.AddValidator():
            validators.add(ctx, action)
        case actions.RemoveValidator():
            validators.remove(ctx, action)
        case actions.ReinstateValidator():
            validators.reinstate(ctx, action)
        case actions.SetObservers():
            observers.set_observers(ctx, action)
        case actions.SetParameters():
            parameters.set_parameters(ctx, action)
        case actions.Upgrade():
            rules.upgrade(ctx, action)
        case actions.CancelUpgrade():
            rules.cancel(ctx)
