"""The client for programs with threads."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar, overload

import grpc

from wattloom.network.chain.validators import ValidatorSet
from wattloom.network.client import _proofs
from wattloom.network.client._border import FOREIGN, Failure, failure_of
from wattloom.network.client._budget import Budget
from wattloom.network.client._cursors import BlockCursor, Cursor, EventCursor, pause_after
from wattloom.network.client._proofs import ProvenValue
from wattloom.network.client._records import Description, Event, LedgerBlock, Receipt, TransactionStatus
from wattloom.network.client._route import OPTIONS, Route
from wattloom.network.client._signing import Arguments, Clock
from wattloom.network.client._steps import Call, Pause, Steps
from wattloom.network.client._talk import Talk
from wattloom.network.client.errors import CommitUnknown
from wattloom.network.transactions import Signer
from wattloom.network.wire.gateway_pb2_grpc import GatewayStub

T = TypeVar("T")


class Client:
    """A member's way to a ledger, over one or more gateways; may be shared by threads.

    Parameters
    ----------
    addresses : host:port of each gateway, the preferred one first
    ca_certificate : PEM of the root that vouches for the gateways' TLS certificates
    identity : who signs; without one, only what needs no signature works
    chain_id : the ledger meant; without one, the first gateway that answers is believed
    patience_s : how long a call is tried before it ends in an error
    clock : tells by when a transaction must be in a block, Unix seconds
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        ca_certificate: bytes,
        identity: Signer | None = None,
        chain_id: str | None = None,
        patience_s: float = 30.0,
        clock: Clock = time.time,
    ) -> None:
        self._route = Route(addresses, ca_certificate=ca_certificate)
        self._talk = Talk(
            identity, chain_id=chain_id, patience_s=patience_s, gateways=len(addresses), clock=clock
        )
        self._channels = [
            grpc.secure_channel(address, self._route.credentials, options=OPTIONS)
            for address in self._route.addresses
        ]
        self._stubs = [GatewayStub(channel) for channel in self._channels]
        self._closed = threading.Event()

    def close(self) -> None:
        """End every call and stream."""
        self._closed.set()
        for channel in self._channels:
            channel.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @overload
    def submit(
        self, function: str, arguments: Arguments = None, *, valid_for_s: int = 60
    ) -> Receipt[None]: ...
    @overload
    def submit(
        self, function: str, arguments: Arguments, result_type: type[T], *, valid_for_s: int = 60
    ) -> Receipt[T]: ...
    def submit(
        self,
        function: str,
        arguments: Arguments = None,
        result_type: type[Any] | None = None,
        *,
        valid_for_s: int = 60,
    ) -> Receipt[Any]:
        """Sign and submit a transaction, and return once a durable block holds it.

        Raises
        ------
        NotSubmitted, Refused, CommitUnknown : see `errors`
        UnexpectedAnswer : committed, with a result of another type
        """
        return self._run(self._talk.submit(function, arguments, result_type, valid_for_s))

    @overload
    def send(self, raw: bytes) -> Receipt[None]: ...
    @overload
    def send(self, raw: bytes, result_type: type[T]) -> Receipt[T]: ...
    def send(self, raw: bytes, result_type: type[Any] | None = None) -> Receipt[Any]:
        """Submit a transaction that was signed elsewhere, or send one again; raise as `submit` does."""
        return self._run(self._talk.send(raw, result_type))

    def evaluate(self, function: str, arguments: Arguments, result_type: type[T]) -> T:
        """Run a query on committed state; raise `Refused`, `NotAnswered` or `UnexpectedAnswer`."""
        return self._run(self._talk.evaluate(function, arguments, result_type))

    def status(self, tx_id: str, *, wait_s: float = 0.0) -> TransactionStatus:
        """Tell what became of a transaction, after waiting for it up to `wait_s` (at most 30)."""
        return self._run(self._talk.status(tx_id, wait_s))

    @overload
    def resolve(self, unknown: CommitUnknown) -> Receipt[None]: ...
    @overload
    def resolve(self, unknown: CommitUnknown, result_type: type[T]) -> Receipt[T]: ...
    def resolve(self, unknown: CommitUnknown, result_type: type[Any] | None = None) -> Receipt[Any]:
        """Find out how an unknown commit ended.

        Raises
        ------
        Refused : a block records its refusal
        NotSubmitted : no block holds it, and none ever will
        CommitUnknown : it is still open after the client's patience
        """
        return self._run(self._talk.resolve(unknown, result_type))

    def describe(self) -> Description:
        """Describe the ledger."""
        return self._run(self._talk.describe())

    def prove(self, contract: str, key: str, *, validators: ValidatorSet, height: int = 0) -> ProvenValue:
        """Return a value of the state, verified up to the signatures of trusted validators.

        Parameters
        ----------
        height : of the state; 0 is the last one whose root stands in a signed header

        Raises
        ------
        ProofRefused : the gateway's proof does not hold
        Refused, NotAnswered : there is none
        """
        answer = self._run(self._talk.prove(contract, key, height))
        chain_id = self._run(self._talk.chain_id())
        return _proofs.verify(
            answer, contract=contract, key=key, height=height, chain_id=chain_id, validators=validators
        )

    def events(self, from_height: int = 0, *, contract: str = "", name: str = "") -> Iterator[Event]:
        """Yield events from a height on, without end; 0 begins with the block after the first `next`.

        A broken stream goes on where it was. Raises `Refused` where a height is not kept any more, and
        `NotAnswered` once no gateway has answered for the client's patience.
        """
        from_height = from_height or self._run(self._talk.next_height())
        yield from self._follow(EventCursor(from_height, contract=contract, name=name))

    def blocks(self, from_height: int = 0, *, to_height: int = 0) -> Iterator[LedgerBlock]:
        """Yield blocks, to a height or without end; otherwise as `events`."""
        from_height = from_height or self._run(self._talk.next_height())
        yield from self._follow(BlockCursor(from_height, to_height=to_height))

    def _run(self, steps: Steps[T]) -> T:
        answer: object = None
        try:
            while True:
                answer = self._perform(steps.send(answer))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def _perform(self, step: Call | Pause) -> object:
        if isinstance(step, Pause):
            self._closed.wait(step.seconds)
            return None
        gateway = self._route.current
        try:
            return getattr(self._stubs[gateway], step.method)(step.request, timeout=step.timeout_s)
        except FOREIGN as error:
            return self._failed(gateway, error)

    def _follow(self, cursor: Cursor[T]) -> Iterator[T]:
        budget: Budget | None = None  # patience begins with a failure, however long nothing was to be told
        call: Any = None
        try:
            while True:
                gateway = self._route.current
                try:
                    call = call or getattr(self._stubs[gateway], cursor.method)(cursor.request())
                    message = next(call)
                except StopIteration:
                    return
                except FOREIGN as error:
                    call, budget = None, budget or self._talk.budget()
                    self._closed.wait(pause_after(self._failed(gateway, error), budget))
                    continue
                budget = None
                found = cursor.accept(message)
                if found is not None:
                    yield found
        finally:
            if call is not None:
                call.cancel()

    def _failed(self, gateway: int, error: Exception) -> Failure:
        failure = failure_of(error)
        if self._closed.is_set():
            return replace(failure, again=False)
        self._route.leave(gateway, failure)
        return failure


def connect(
    addresses: Sequence[str],
    *,
    ca_certificate: bytes,
    identity: Signer | None = None,
    chain_id: str | None = None,
    patience_s: float = 30.0,
) -> Client:
    """Return a client that has reached a gateway; see `Client`. Raise `NotAnswered`."""
    client = Client(
        addresses,
        ca_certificate=ca_certificate,
        identity=identity,
        chain_id=chain_id,
        patience_s=patience_s,
    )
    try:
        client.describe()
    except BaseException:
        client.close()
        raise
    return client
