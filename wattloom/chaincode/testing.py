"""A ledger in memory for tests and simulations of contracts: no engine, no signatures, the same rules."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from wattloom.chaincode.api.codec import Record, decode, encode
from wattloom.chaincode.api.context import Block, Caller, Context, Event, Position
from wattloom.chaincode.api.contract import Contract, Kind
from wattloom.chaincode.api.execution import Outcome, apply, execute, run_timers
from wattloom.chaincode.api.overlay import MemoryReader, Overlay

R = TypeVar("R", bound=Record)


def caller(party_id: str, role: str, **attributes: str) -> Caller:
    """Return a caller as a certificate of `organisation.name` would make it."""
    return Caller(
        client_id=encode(party_id).hex().ljust(64, "0")[:64],
        party_id=party_id,
        organisation=party_id.partition(".")[0],
        role=role,
        attributes=attributes,
    )


class Call(NamedTuple):
    """A transaction that is to be run: who calls which function with what."""

    who: Caller
    function: str
    argument: Record | None = None


class MemoryLedger:
    """Contracts over a dictionary, time moved by hand; every call has a block of its own but in `run_block`.

    `events` keeps every event of every block; `timer_outcomes` what each timer came to.
    """

    def __init__(self, contracts: Iterable[Contract], *, time_s: int = 1_700_000_000) -> None:
        self.contracts = {contract.name: contract for contract in contracts}
        self.committed = MemoryReader()
        self.events: list[Event] = []
        self.timer_outcomes: list[Outcome] = []
        self.height = 0
        self.time_s = time_s

    def advance_to(self, time_s: int) -> None:
        """Make an empty block at the given time, so that due timers run."""
        self.run_block([], time_s=time_s)

    def run_block(self, calls: Iterable[Call], *, time_s: int) -> list[Outcome]:
        """Make one block: run due timers, then the calls in their order; a refused one changes nothing."""
        if time_s < self.time_s:
            raise ValueError("block time never goes back")
        self.time_s = time_s
        overlay = self._next_block()
        outcomes = [self._run(overlay, index, call) for index, call in enumerate(calls)]
        self._commit(overlay)
        for outcome in outcomes:
            self.events += outcome.events
        return outcomes

    def submit(self, who: Caller, function: str, argument: Record | None = None) -> bytes:
        """Run one transaction in a block of its own; raise its refusal, which changes nothing."""
        overlay = self._next_block()
        ctx = self._context(who, overlay)
        try:
            data, events = apply(self.contracts, ctx, function, self._bytes(argument), kind=Kind.TRANSACTION)
        finally:
            self._commit(overlay)
        self.events += events
        return data

    def call(self, who: Caller, function: str, argument: Record | None, result: type[R]) -> R:
        """Submit and read the typed result."""
        return decode(self.submit(who, function, argument), result)

    def evaluate(self, who: Caller, function: str, argument: Record | None, result: type[R]) -> R:
        """Run a query on committed state."""
        ctx = self._context(who, Overlay(self.committed), read_only=True)
        data, _ = apply(self.contracts, ctx, function, self._bytes(argument), kind=Kind.QUERY)
        return decode(data, result)

    def _run(self, overlay: Overlay, index: int, call: Call) -> Outcome:
        ctx = self._context(call.who, overlay, index=index)
        arguments = self._bytes(call.argument)
        return execute(self.contracts, ctx, call.function, arguments, kind=Kind.TRANSACTION)

    def _next_block(self) -> Overlay:
        overlay = Overlay(self.committed)
        for _, outcome in run_timers(self.contracts, overlay, self._block()):
            self.timer_outcomes.append(outcome)
            self.events += outcome.events
        return overlay

    def _commit(self, overlay: Overlay) -> None:
        self.committed.apply(overlay.changes)
        self.height += 1

    def _block(self) -> Block:
        return Block(chain_id="test", height=self.height + 1, time_s=self.time_s, hash="00" * 32)

    def _context(self, who: Caller, overlay: Overlay, *, index: int = 0, read_only: bool = False) -> Context:
        return Context(
            contract="",
            block=self._block(),
            position=Position(height=self.height + 1, index=index),
            caller=who,
            tx_id=f"{self.height + 1:056x}{index:08x}",
            overlay=overlay,
            read_only=read_only,
        )

    @staticmethod
    def _bytes(argument: Record | None) -> bytes:
        return b"" if argument is None else encode(argument)
