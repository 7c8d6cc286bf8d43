"""Which version of the rules judges a block: a list of versions by the height that each begins at."""

from wattloom.chaincode.api import Context, InvalidArgument, State
from wattloom.chaincode.governance import keys
from wattloom.chaincode.governance.actions import Upgrade
from wattloom.chaincode.governance.errors import NothingPlanned, UpgradePlanned, UpgradeTooSoon
from wattloom.chaincode.governance.records import Rules

FIRST = Rules(version=1, from_height=0)

NOTICE_BLOCKS = 20
"""Blocks between the vote that passes an upgrade and the first one under the new rules, at least."""


def at(state: State, height: int) -> Rules:
    """Return the rules in force for the block of a height, as far as is known now."""
    return [each for each in _all(state) if each.from_height <= height][-1]


def planned(state: State, height: int) -> Rules | None:
    """Return the rules that will follow those of a height, or None where no others are planned."""
    last = _all(state)[-1]
    return last if last.from_height > height else None


def announce(ctx: Context) -> None:
    """Say that a block is the first under its rules; nothing is written, the list says it already."""
    rules = at(ctx.state, ctx.block.height)
    if rules.from_height == ctx.block.height:
        _announce(ctx, rules)


def upgrade(ctx: Context, action: Upgrade) -> None:
    """Plan other rules from a height on.

    Raises
    ------
    UpgradePlanned : others are planned already
    InvalidArgument : the version is not newer than the one in force
    UpgradeTooSoon : the height is less than the notice away
    """
    # READ
    height = ctx.block.height
    before, plan = at(ctx.state, height), planned(ctx.state, height)
    # CHECK
    if plan is not None:
        raise UpgradePlanned(version=plan.version, from_height=plan.from_height)
    if action.version <= before.version:
        raise InvalidArgument(reason=f"rules {before.version} are in force, version must be a later one")
    if action.from_height < height + NOTICE_BLOCKS:
        raise UpgradeTooSoon(from_height=action.from_height, earliest=height + NOTICE_BLOCKS)
    # WRITE
    rules = Rules(version=action.version, from_height=action.from_height)
    ctx.state.put(keys.rules(rules.from_height), rules)
    ctx.emit("upgrade_planned", rules)


def cancel(ctx: Context) -> None:
    """Forget the planned rules.

    Raises
    ------
    NothingPlanned : none are, or they have begun
    """
    plan = planned(ctx.state, ctx.block.height)
    if plan is None:
        raise NothingPlanned()
    _forget(ctx, plan)


def _announce(ctx: Context, rules: Rules) -> None:
    ctx.emit("upgraded", rules)


def _forget(ctx: Context, plan: Rules) -> None:
    ctx.state.delete(keys.rules(plan.from_height))
    ctx.emit("upgrade_cancelled", plan)


def _all(state: State) -> list[Rules]:
    return [FIRST, *(rules for _, rules in state.range(Rules, "rules"))]
