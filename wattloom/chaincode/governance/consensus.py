"""What the application asks of governance at each block."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattloom.chaincode.api.context import Block, Event
from wattloom.chaincode.api.overlay import Overlay, Reader


@dataclass(frozen=True, slots=True)
class ConsensusLimits:
    block_max_bytes: int


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    kind: str
    address: bytes
    height: int
    time_s: int
    total_power: int


def active_validators(reader: Reader) -> dict[bytes, int]:
    return {}


def consensus_params(reader: Reader) -> ConsensusLimits | None:
    return None


def begin_block(overlay: Overlay, block: Block, misbehaviour: Sequence[Misbehaviour]) -> list[Event]:
    return []


def rules_at(reader: Reader, height: int) -> int:
    return 1


def observer_admitted(reader: Reader, node_id: str) -> bool:
    return True
