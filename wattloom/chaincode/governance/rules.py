"""Which version of the rules judges a block: a list of versions by the height that each begins at."""

from wattloom.chaincode.api import Context, State
from wattloom.chaincode.governance.records import Rules

FIRST = Rules(version=1, from_height=0)


def at(state: State, height: int) -> Rules:
    """Return the rules in force for the block of a height, as far as is known now."""
    return [each for each in _all(state) if each.from_height <= height][-1]


def planned(state: State, height: int) -> Rules | None:
    """Return the rules that will follow those of a height, or None where no others are planned."""
    last = _all(state)[-1]
    return last if last.from_height > height else None


def _all(state: State) -> list[Rules]:
    return [FIRST, *(rules for _, rules in state.range(Rules, "rules"))]


def announce(ctx: Context) -> None:
    """Say that a block is the first under its rules; nothing is written, the list says it already."""
    begun = at(ctx.state, ctx.block.height)
    if begun.from_height == ctx.block.height:
        ctx.emit("upgraded", Rules(version=begun.version, from_height=begun.from_height))
