"""What the application asks of governance at each block: plain functions over the ledger's bytes."""

from collections.abc import Sequence

from wattloom.chaincode.api import Block, Caller, Context, Position
from wattloom.chaincode.api.context import Event
from wattloom.chaincode.api.overlay import Overlay, Reader
from wattloom.chaincode.api.timers import TIMERS_PER_BLOCK
from wattloom.chaincode.governance import keys, observers, offences, rules, seats
from wattloom.chaincode.governance.records import ConsensusLimits, Misbehaviour, Offence, Seat

__all__ = [
    "ConsensusLimits",
    "Misbehaviour",
    "Offence",
    "Seat",
    "active_validators",
    "begin_block",
    "consensus_params",
    "observer_admitted",
    "rules_at",
]


def active_validators(reader: Reader) -> dict[bytes, int]:
    """Return power by public key of all who shall sign; empty on a ledger that records no validators."""
    return {seat.public_key: seat.power for seat in seats.active(seats.governance_of(reader))}


def consensus_params(reader: Reader) -> ConsensusLimits | None:
    """Return the engine's limits as genesis or votes have set them, or None where neither has."""
    return seats.governance_of(reader).find(keys.CONSENSUS, ConsensusLimits)


def rules_at(reader: Reader, height: int) -> int:
    """Return the version of the rules that judges the block of a height, as far as is known now."""
    return rules.at(seats.governance_of(reader), height).version


def observer_admitted(reader: Reader, node_id: str) -> bool:
    """Tell whether a node may follow as a peer: open to all, else validators' nodes and listed ones."""
    return observers.admitted(seats.governance_of(reader), node_id)


def begin_block(overlay: Overlay, block: Block, misbehaviour: Sequence[Misbehaviour]) -> list[Event]:
    """Do what comes before a block's timers: record offences and suspend; announce rules that begin."""
    ctx = Context(
        contract=seats.GOVERNANCE,
        block=block,
        position=Position(height=block.height, index=-TIMERS_PER_BLOCK - 1),
        caller=Caller.LEDGER,
        tx_id="",
        overlay=overlay,
    )
    offences.record_all(ctx, misbehaviour)
    rules.announce(ctx)
    return ctx.events
