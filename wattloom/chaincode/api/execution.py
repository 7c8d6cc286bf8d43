"""Running one call against pending state: all of its writes count, or none does."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from traceback import format_exception  # lint-chaincode: allow IMPORT for the log, never on the ledger

import msgspec

from wattloom.chaincode.api import timers
from wattloom.chaincode.api.codec import Record, encode
from wattloom.chaincode.api.context import Block, Caller, Context, Event, Position, Scheduled
from wattloom.chaincode.api.contract import Contract, Kind
from wattloom.chaincode.api.errors import ChaincodeError, MachineFault, ResultTooLarge, UnknownFunction
from wattloom.chaincode.api.overlay import Overlay

INTERNAL = "INTERNAL"
MAX_RESULT_BYTES = 1 << 20


class Status(IntEnum):
    """How a call ended; the number is the result code in the block."""

    OK = 0
    REFUSED = 1
    INTERNAL = 2


class Refusal(Record, frozen=True, kw_only=True):
    """What the ledger keeps of a refusal: the stable code and the facts of the case, not the sentence."""

    code: str
    details: dict[str, int | str]


class Outcome(Record, frozen=True, kw_only=True):
    """The result of a call.

    `data` is the canonical JSON of the result, or of the `Refusal` whose `code` stands beside it, and is the
    same on every validator; `log` is for people and is not.
    """

    status: Status
    data: bytes
    code: str = ""
    log: str = ""
    events: list[Event] = msgspec.field(default_factory=list)


def refused(error: ChaincodeError) -> Outcome:
    """Return the outcome of a refusal."""
    data = encode(Refusal(code=error.code, details=error.details))
    return Outcome(status=Status.REFUSED, data=data, code=error.code, log=str(error))


def resolve(contracts: Mapping[str, Contract], function: str) -> tuple[Contract, str]:
    """Split `contract:function`; raise `UnknownFunction` where no such contract is installed."""
    name, colon, call = function.partition(":")
    if not colon or name not in contracts:
        raise UnknownFunction(function=function)
    return contracts[name], call


def apply(
    contracts: Mapping[str, Contract], ctx: Context, function: str, arguments: bytes, *, kind: Kind
) -> tuple[bytes, list[Event]]:
    """Run `contract:function` and merge its writes and timers into `ctx.overlay`; return result and events.

    Raises
    ------
    ChaincodeError : refused; nothing was merged
    """
    contract, name = resolve(contracts, function)
    trial = Context(
        contract=contract.name,
        block=ctx.block,
        position=ctx.position,
        caller=ctx.caller,
        tx_id=ctx.tx_id,
        overlay=Overlay(ctx.overlay),
        read_only=ctx.read_only,
    )
    data = contract.invoke(trial, name, arguments, kind=kind)
    if len(data) > MAX_RESULT_BYTES:
        raise ResultTooLarge(function=function, size_bytes=len(data), limit_bytes=MAX_RESULT_BYTES)
    for number, due in enumerate(trial.scheduled):
        timers.put(trial.overlay, due, position=ctx.position, number=number)
    trial.overlay.merge_into(ctx.overlay)
    return data, trial.events


def execute(
    contracts: Mapping[str, Contract], ctx: Context, function: str, arguments: bytes, *, kind: Kind
) -> Outcome:
    """Run `contract:function` as `apply` does, and turn a refusal into an outcome.

    An exception that is neither a refusal nor a fault of the machine is a bug of the contract and fails this
    call alike on every validator.
    """
    try:
        data, events = apply(contracts, ctx, function, arguments, kind=kind)
    except ChaincodeError as error:
        return refused(error)
    except (MachineFault, MemoryError, RecursionError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - a bug in a contract is an outcome of the call
        data = encode(Refusal(code=INTERNAL, details={"error": type(error).__name__}))
        return Outcome(status=Status.INTERNAL, data=data, code=INTERNAL, log="".join(format_exception(error)))
    return Outcome(status=Status.OK, data=data, events=events)


def run_timers(
    contracts: Mapping[str, Contract], overlay: Overlay, block: Block
) -> Iterator[tuple[Scheduled, Outcome]]:
    """Run every due timer of a block as the ledger; a refused timer is gone, and its outcome says why."""
    for number, due in enumerate(timers.take_due(overlay, time_s=block.time_s)):
        ctx = Context(
            contract=timers.LEDGER,
            block=block,
            position=Position(height=block.height, index=number - timers.TIMERS_PER_BLOCK),
            caller=Caller.LEDGER,
            tx_id="",
            overlay=overlay,
        )
        outcome = execute(contracts, ctx, due.function, due.arguments, kind=Kind.TIMER)
        yield due, outcome
