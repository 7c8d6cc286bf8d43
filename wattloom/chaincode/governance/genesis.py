"""What governance starts with: the first validators, and the parameters that later votes may change."""

from collections.abc import Sequence

from wattloom.chaincode.api import AlreadyExists, InvalidArgument, Record, State
from wattloom.chaincode.api.units import Name
from wattloom.chaincode.governance import keys, seats
from wattloom.chaincode.governance.records import (
    ConsensusLimits,
    MarketRules,
    NodeId,
    PublicKey,
    Seat,
    address_of,
)


class GenesisSeat(Record, frozen=True, kw_only=True):
    """A validator from the start; `node_id` is its node's id among its peers."""

    organisation: Name
    node: Name
    public_key: PublicKey
    node_id: NodeId | None = None


class GenesisParameters(Record, frozen=True, kw_only=True):
    """The first parameters; without `consensus` the engine keeps its own genesis document's."""

    consensus: ConsensusLimits | None = None
    market: MarketRules = MarketRules()


def write_validators(state: State, validators: Sequence[GenesisSeat]) -> None:
    """Write the first seats.

    Raises
    ------
    InvalidArgument : there are more than a ledger takes
    AlreadyExists : a node or a key is named twice
    """
    if len(validators) > seats.MOST_SEATS:
        raise InvalidArgument(reason=f"validators has {len(validators)} seats, at most {seats.MOST_SEATS}")
    for each in validators:
        key, owner = keys.seat(each.node), keys.owner(address_of(each.public_key))
        for taken in (key, owner):
            if state.exists(taken):
                raise AlreadyExists(key=f"{seats.GOVERNANCE}:{taken}")
        seat = Seat(
            organisation=each.organisation,
            node=each.node,
            public_key=each.public_key,
            node_id=each.node_id,
        )
        seats.put(state, seat)


def write_parameters(state: State, parameters: GenesisParameters) -> None:
    """Write the first parameters."""
    if parameters.consensus is not None:
        state.put(keys.CONSENSUS, parameters.consensus)
    if parameters.market != MarketRules():
        state.put(keys.MARKET, parameters.market)
