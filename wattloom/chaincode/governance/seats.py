"""The validators' seats, as plain functions over the ledger's bytes; whoever changes one does it here."""

from wattloom.chaincode.api import State
from wattloom.chaincode.api.overlay import Overlay, Reader
from wattloom.chaincode.governance import keys
from wattloom.chaincode.governance.errors import NoValidators, TooFewValidators
from wattloom.chaincode.governance.records import KeyOwner, Seat, SeatStatus, address_of

GOVERNANCE = "governance"

LEAST_ACTIVE = 4
"""Active validators that no vote goes below: the fewest of which one may fail. Source: 3f + 1 with f = 1."""

MOST_SEATS = 100
"""Seats that a ledger has at most, the suspended ones included."""


def governance_of(reader: Reader) -> State:
    """Return governance's records, to read alone."""
    return State(Overlay(reader), GOVERNANCE, read_only=True)


def everyone(state: State) -> list[Seat]:
    """Return every seat by its node's name."""
    return [seat for _, seat in state.range(Seat, "seat")]


def active(state: State) -> list[Seat]:
    """Return the seats that sign blocks, by their nodes' names."""
    return [seat for seat in everyone(state) if seat.status is SeatStatus.ACTIVE]


def put(state: State, seat: Seat) -> None:
    """Write a seat, and for ever whose its key is."""
    owner = KeyOwner(organisation=seat.organisation, node=seat.node)
    state.put(keys.seat(seat.node), seat)
    state.put(keys.owner(address_of(seat.public_key)), owner)


def require_any(state: State) -> list[Seat]:
    """Return every seat; raise `NoValidators` where there is none."""
    seated = everyone(state)
    if not seated:
        raise NoValidators()
    return seated


def require_enough_without(state: State, leaving: list[Seat]) -> None:
    """Raise `TooFewValidators` if active seats leave and fewer than the least would stay."""
    signing = sum(seat.status is SeatStatus.ACTIVE for seat in leaving)
    staying = len(active(state)) - signing
    if signing and staying < LEAST_ACTIVE:
        raise TooFewValidators(active=staying, least=LEAST_ACTIVE)
