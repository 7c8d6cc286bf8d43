"""What passes between the application and its engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattloom.chaincode.api.codec import Record
from wattloom.chaincode.api.context import Event
from wattloom.chaincode.api.execution import Outcome


class LedgerFacts(Record, frozen=True, kw_only=True):
    """What the ledger itself keeps under `ledger:facts`: its chain and the rules in force."""

    chain_id: str
    rules_version: int


@dataclass(frozen=True, slots=True)
class Info:
    """Where the application stands: the last committed height, its state root and its block time."""

    height: int
    app_hash: bytes
    chain_id: str
    block_time_s: int


@dataclass(frozen=True, slots=True)
class BlockToExecute:
    """A decided block: transactions in order, and the facts that every validator agrees on."""

    height: int
    time_s: int
    previous_hash: bytes
    transactions: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event with the transaction that caused it; the id is empty where the ledger acted by itself."""

    tx_id: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class Executed:
    """What a block came to: one outcome per transaction, all events in order, and the new state root."""

    tx_ids: list[bytes]
    outcomes: list[Outcome]
    events: list[Happened]
    app_hash: bytes
