"""What passes between the application and its engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wattloom.chaincode.api.codec import Record
from wattloom.chaincode.api.context import Event
from wattloom.chaincode.api.execution import Outcome
from wattloom.chaincode.governance.consensus import ConsensusLimits, Misbehaviour


class LedgerFacts(Record, frozen=True, kw_only=True):
    """What the ledger itself keeps under `ledger:facts`: its chain."""

    chain_id: str


@dataclass(frozen=True, slots=True)
class Info:
    """Where the application stands: the last committed height, its state root, block time and rules."""

    height: int
    app_hash: bytes
    chain_id: str
    block_time_s: int
    rules_version: int


@dataclass(frozen=True, slots=True)
class BlockToExecute:
    """A decided block: transactions in order, and the facts that every validator agrees on.

    `hash` is the block's own. `misbehaviour` is what evidence in the block proves of validators.
    """

    height: int
    time_s: int
    hash: bytes
    transactions: Sequence[bytes]
    misbehaviour: Sequence[Misbehaviour] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """An event with the transaction that caused it; the id is empty where the ledger acted by itself."""

    tx_id: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class Executed:
    """What a block came to: one outcome per transaction, all events in order, and the new state root.

    `validator_updates` are the new powers of validators, by public key, where the block changed them (0: it
    signs no more); `limits` and `rules_version` hold from the next block on.
    """

    tx_ids: list[bytes]
    outcomes: list[Outcome]
    events: list[Happened]
    app_hash: bytes
    rules_version: int
    validator_updates: dict[bytes, int] = field(default_factory=dict)
    limits: ConsensusLimits | None = None
