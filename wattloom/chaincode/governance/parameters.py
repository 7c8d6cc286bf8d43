"""Parameters that votes change: the engine's limits, rules of the market and of certificates of existence."""

from wattloom.chaincode.api import Context, InvalidArgument
from wattloom.chaincode.governance import keys, seats
from wattloom.chaincode.governance.actions import SetParameters
from wattloom.chaincode.governance.records import ExistenceRules, MarketRules


def market_rules(ctx: Context) -> MarketRules:
    """Return the market's rules as genesis or votes have set them; for whatever contract asks."""
    return ctx.within(seats.GOVERNANCE).state.find(keys.MARKET, MarketRules) or MarketRules()


def existence_rules(ctx: Context) -> ExistenceRules:
    """Return the rules of certificates of existence as votes have set them."""
    return ctx.within(seats.GOVERNANCE).state.find(keys.EXISTENCE, ExistenceRules) or ExistenceRules()


def set_parameters(ctx: Context, action: SetParameters) -> None:
    """Set what the action names; the engine's limits count from the next block on.

    Raises
    ------
    InvalidArgument : it names nothing, or more witnesses must sign than are drawn
    NoValidators : the engine's limits are set on a ledger that records no validators
    """
    # CHECK
    if action.consensus is None and action.market is None and action.existence is None:
        raise InvalidArgument(reason="set_parameters needs consensus, market or existence")
    if action.existence is not None and action.existence.needed > action.existence.witnesses:
        raise InvalidArgument(reason="existence needs more signatures than witnesses are drawn")
    if action.consensus is not None:
        seats.require_any(ctx.state)
    # WRITE
    if action.consensus is not None:
        ctx.state.put(keys.CONSENSUS, action.consensus)
    if action.market is not None:
        ctx.state.put(keys.MARKET, action.market)
    if action.existence is not None:
        ctx.state.put(keys.EXISTENCE, action.existence)
    ctx.emit("parameters_set", action)
