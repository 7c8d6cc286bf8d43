"""What the client hands out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from wattloom.chaincode.api.codec import MalformedRecord, decode
from wattloom.chaincode.api.execution import Refusal, Status
from wattloom.network.client.errors import Refused, UnexpectedAnswer
from wattloom.network.wire import cometbft_pb2
from wattloom.network.wire import gateway_pb2 as wire

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Receipt(Generic[T]):
    """A transaction that a durable block holds and the rules let pass.

    Attributes
    ----------
    index : place in the block, from 0
    block_time_s : Unix seconds, UTC
    data : canonical JSON of the result
    result : the same, read as the type that was asked for; None where none was
    """

    tx_id: str
    height: int
    index: int
    block_time_s: int
    data: bytes
    result: T


class State(StrEnum):
    """What is known of a transaction."""

    COMMITTED = "committed"
    PENDING = "pending"
    """A gateway has it; no block does."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """What one gateway knows of a transaction.

    Attributes
    ----------
    latest_block_time_s : once past a transaction's validity, "unknown" means never (Unix seconds, UTC)
    height : of the block that holds it, with `status` and `data` of its result; 0 where none does
    """

    state: State
    latest_block_time_s: int
    height: int = 0
    status: Status = Status.OK
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a contract.

    Attributes
    ----------
    tx_id : empty where the ledger itself acted (a timer)
    payload : canonical JSON
    sequence : place among the block's events, from 0
    """

    height: int
    sequence: int
    block_time_s: int
    tx_id: str
    contract: str
    name: str
    payload: bytes

    def read(self, kind: type[T]) -> T:
        """Return the payload as a record; raise `UnexpectedAnswer`."""
        return read(self.payload, kind, tx_id=self.tx_id)


@dataclass(frozen=True, slots=True)
class TransactionResult:
    """What became of one transaction of a block; `data` is its result's canonical JSON, or its refusal's."""

    tx_id: str
    status: Status
    data: bytes


@dataclass(frozen=True, slots=True)
class LedgerBlock:
    """A block as the ledger keeps it; `block` and `commit` are encoded in CometBFT's form."""

    height: int
    block_time_s: int
    block: bytes
    commit: bytes
    results: tuple[TransactionResult, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """A ledger as a gateway describes it.

    Attributes
    ----------
    contracts : the contracts' metadata with JSON schemas, by the rules of the next block
    rules_version : version of the rules that the next block is executed under
    known_rules : every version that the gateway's software can execute, oldest first
    """

    chain_id: str
    genesis_hash: bytes
    engine: str
    version: str
    height: int
    block_time_s: int
    contracts: list[dict[str, Any]]
    rules_version: int
    known_rules: tuple[int, ...]


def read(data: bytes, kind: type[T], *, tx_id: str = "") -> T:
    """Read a result; raise `UnexpectedAnswer`."""
    try:
        return decode(data, kind)
    except MalformedRecord as error:
        raise UnexpectedAnswer(str(error), data=data, tx_id=tx_id) from error


def receipt(committed: wire.Committed, result_type: type[T] | None) -> Receipt[T | None]:
    """Return the receipt of a transaction; raise `Refused` where its block records a refusal."""
    tx_id = committed.tx_id.hex()
    if committed.status != Status.OK:
        refusal = read(committed.data, Refusal, tx_id=tx_id)
        sentence = committed.sentence or ", ".join(
            f"{name} {value}" for name, value in refusal.details.items()
        )
        raise Refused(refusal.code, refusal.details, sentence, tx_id=tx_id, height=committed.height)
    return Receipt(
        tx_id=tx_id,
        height=committed.height,
        index=committed.index,
        block_time_s=committed.block_time_s,
        data=committed.data,
        result=None if result_type is None else read(committed.data, result_type, tx_id=tx_id),
    )


def transaction_status(response: wire.CommitStatusResponse) -> TransactionStatus:
    """Read the answer of CommitStatus."""
    state = {
        wire.CommitStatusResponse.STATE_COMMITTED: State.COMMITTED,
        wire.CommitStatusResponse.STATE_PENDING: State.PENDING,
    }.get(response.state, State.UNKNOWN)
    committed = response.committed
    return TransactionStatus(
        state=state,
        latest_block_time_s=response.latest_block_time_s,
        height=committed.height,
        status=Status(committed.status),
        data=committed.data,
    )


def event(message: wire.EventsResponse) -> Event:
    """Read one message of Events."""
    return Event(
        height=message.height,
        sequence=message.sequence,
        block_time_s=message.block_time_s,
        tx_id=message.tx_id.hex(),
        contract=message.contract,
        name=message.name,
        payload=message.payload,
    )


def ledger_block(message: wire.BlocksResponse) -> LedgerBlock:
    """Read one message of Blocks."""
    header = cometbft_pb2.Block.FromString(message.block).header
    return LedgerBlock(
        height=header.height,
        block_time_s=header.time.seconds,
        block=message.block,
        commit=message.commit,
        results=tuple(
            TransactionResult(each.tx_id.hex(), Status(each.status), each.data) for each in message.results
        ),
    )


def description(response: wire.DescribeResponse) -> Description:
    """Read the answer of Describe."""
    return Description(
        chain_id=response.chain_id,
        genesis_hash=response.genesis_hash,
        engine=response.engine,
        version=response.version,
        height=response.height,
        block_time_s=response.block_time_s,
        contracts=read(response.contracts_json, list[dict[str, Any]]),
        rules_version=response.rules_version,
        known_rules=tuple(response.known_rules),
    )
