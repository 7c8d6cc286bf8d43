"""What an engine offers to the way in: the solo sequencer and CometBFT stand behind the same calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.api.execution import Status
from wattloom.network.application import Executed
from wattloom.network.transactions import SignedTransaction
from wattloom.network.wire import gateway_pb2, ledger_pb2


class Busy(Exception):
    """The engine's queue is full; nothing was taken, and sending again later is safe."""


class EngineStopped(Exception):
    """The engine takes nothing more: it was stopped, or it stopped itself on a fault of the machine."""


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block that is durable, as followers are told of it.

    `sentences` gives refusals of this block in words, by transaction id; they are not kept. `dropped` are
    transactions that were queued and that no block can hold any more, with the reason.
    """

    height: int
    time_s: int
    record: ledger_pb2.BlockRecord
    sentences: dict[bytes, str]
    dropped: Mapping[bytes, ChaincodeError]

    @classmethod
    def of(
        cls,
        height: int,
        time_s: int,
        record: ledger_pb2.BlockRecord,
        executed: Executed,
        dropped: Mapping[bytes, ChaincodeError] = MappingProxyType({}),
    ) -> "NewBlock":
        """Take the sentences from what execution came to."""
        sentences = {
            tx_id: outcome.log
            for tx_id, outcome in zip(executed.tx_ids, executed.outcomes, strict=True)
            if outcome.status is Status.REFUSED
        }
        return cls(height, time_s, record, sentences, dropped)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The result of a query and the committed height that it read."""

    data: bytes
    height: int


class Engine(Protocol):
    """One node's view of the ledger; every call may come from any thread."""

    name: str
    chain_id: str
    genesis_hash: bytes

    def latest(self) -> tuple[int, int]:
        """Return height and block time (s) of the last committed block; height 0 before the first."""
        ...

    def check(self, raw: bytes) -> SignedTransaction:
        """Judge a transaction against committed state before it is ordered.

        Raises
        ------
        ChaincodeError : refused, with the code that its block would give
        """
        ...

    def order(self, transaction: SignedTransaction) -> None:
        """Queue a checked transaction for a block; raise `Busy` or `EngineStopped`."""
        ...

    def evaluate(self, raw: bytes) -> Evaluated:
        """Run a signed query on committed state; raise its refusal."""
        ...

    def committed(self, tx_id: bytes) -> gateway_pb2.Committed | None:
        """Return a transaction's place and result, or None where no block holds it."""
        ...

    def results(self, height: int) -> ledger_pb2.BlockRecord | None:
        """Return at once what execution made of a block, perhaps without the block; None where none is."""
        ...

    def block(self, height: int) -> ledger_pb2.BlockRecord | None:
        """Return a block with its commit and results, or None where there is none (any more); may wait."""
        ...

    def prove(self, contract: str, key: str, height: int) -> gateway_pb2.ProveResponse:
        """Return a value with its proof up to a signed header; height 0 is the last that can be proven.

        It may wait. Raises `ProofUnavailable`, or `EngineStopped` where the blocks cannot be read now.
        """
        ...

    def follow(
        self, listener: Callable[[NewBlock], None], on_stop: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """Call `listener` for each new block and `on_stop` after the last, in the engine's thread.

        Returns what ends the following.
        """
        ...

    def rules(self) -> tuple[int, list[int]]:
        """Return the version of the rules of the next block, and all that this software can execute."""
        ...

    def describe_contracts(self) -> list[dict[str, Any]]:
        """Return the metadata of every contract of the next block's rules; raise `WrongRules`."""
        ...


class ProofUnavailable(ChaincodeError):
    """No proof can be given: no such key, or a height that is not kept or not signed yet."""

    code = "PROOF_UNAVAILABLE"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"no proof can be given: {reason}", reason=reason)
