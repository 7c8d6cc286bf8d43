"""Conversations with a gateway as generators of steps, which the sync and the asyncio client drive alike.

A conversation yields a `Call` and is sent its response or its `Failure`, or yields a `Pause`. It decides
everything: what is safe to repeat, and which error the caller sees.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from google.protobuf.message import Message

from wattloom.network.client._border import Failure, Fate
from wattloom.network.client._budget import Budget
from wattloom.network.client.errors import CommitUnknown, NotAnswered, NotSubmitted, Refused
from wattloom.network.refusals import TransactionExpired
from wattloom.network.transactions import SignedTransaction
from wattloom.network.wire import gateway_pb2 as wire

T = TypeVar("T")
M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Call:
    """Call this method of whichever gateway is in use."""

    method: str
    request: Message
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


Steps: TypeAlias = Generator[Call | Pause, Any, T]


def ask(method: str, request: Message, answer: type[M], budget: Budget, *, wait_s: float = 0.0) -> Steps[M]:
    """Call a method that changes nothing, until somebody answers; `wait_s` is what the gateway may add.

    Raises
    ------
    Refused, NotAnswered
    """
    while True:
        found = yield Call(method, request, budget.attempt_s() + wait_s)
        if isinstance(found, answer):
            return found
        if found.fate is Fate.REFUSED:
            raise Refused(found.code, found.details, found.sentence)
        pause_s = budget.pause_s(found) if found.again else None
        if pause_s is None:
            raise NotAnswered(f"{method}: {found.code}: {found.sentence}")
        yield Pause(pause_s)


def submit(tx: SignedTransaction, budget: Budget) -> Steps[wire.Committed]:
    """Send a transaction, the same bytes each time, until it ends in a block, a refusal, or doubt.

    Sending again also asks for the result, because a gateway answers for an id that it knows. Once an attempt
    may have been taken, a refusal by a gateway that knows nothing of it proves nothing, with one exception: a
    block's time is past the validity.

    Raises
    ------
    NotSubmitted, Refused, CommitUnknown
    """
    in_doubt = False
    while True:
        found = yield Call("Submit", wire.SubmitRequest(transaction=tx.raw), budget.attempt_s())
        if isinstance(found, wire.SubmitResponse):
            return found.committed
        in_doubt = in_doubt or found.fate is Fate.UNKNOWN
        if found.fate is Fate.REFUSED and (not in_doubt or found.code == TransactionExpired.code):
            raise Refused(found.code, found.details, found.sentence, tx_id=tx.tx_id.hex())
        again = found.again or (in_doubt and found.fate is Fate.REFUSED)
        pause_s = budget.pause_s(found) if again else None
        if pause_s is None:
            raise _unsettled(tx, found, in_doubt=in_doubt)
        yield Pause(pause_s)


def _unsettled(tx: SignedTransaction, last: Failure, *, in_doubt: bool) -> NotSubmitted | CommitUnknown:
    reason = f"{last.code}: {last.sentence}"
    if not in_doubt:
        return NotSubmitted(reason)
    return CommitUnknown(reason, tx_id=tx.tx_id.hex(), raw=tx.raw, valid_until_s=tx.valid_until_s)
