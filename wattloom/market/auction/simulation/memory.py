"""The contract in memory: its own functions over a dictionary, without signatures and without a disk."""

from collections.abc import Sequence
from typing import TypeVar

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.api import Caller, keys
from wattloom.chaincode.api.codec import Record, decode
from wattloom.chaincode.api.execution import Status
from wattloom.chaincode.auction.contract import auction
from wattloom.chaincode.auction.keys import engagement
from wattloom.chaincode.auction.records import Engagement
from wattloom.chaincode.auction.units import DAY_S
from wattloom.chaincode.metering.contract import metering
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.testing import Call as ContractCall
from wattloom.chaincode.testing import MemoryLedger, caller
from wattloom.market.auction.simulation.ledger import MARKET, OFFICERS, Call, CallRefused, TimerFailed, party
from wattloom.market.auction.simulation.setup import START_S

R = TypeVar("R", bound=Record)

BLOCK_CALLS = 1_000
SETTLED = ("order", "engagement", "request", "offer", "slot")
"""Kinds of records that nothing of the future depends on, once all that they are part of is settled."""


class InMemory:
    """A `Ledger` without a ledger: as many calls a block as `block_calls`, which changes no result."""

    def __init__(self, *, block_calls: int = BLOCK_CALLS) -> None:
        contracts = [accounts, registry, metering, auction]
        self._ledger = MemoryLedger(contracts, time_s=START_S - DAY_S)
        self._block_calls = block_calls
        self._callers = {name: caller(party(name), role) for name, role in OFFICERS.items()}

    def block(self, calls: Sequence[Call], *, time_s: int) -> list[bytes]:
        """Run due timers and the calls; raise `CallRefused`."""
        results: list[bytes] = []
        for first in range(0, len(calls) or 1, self._block_calls):
            results += self._block(calls[first : first + self._block_calls], time_s)
        return results

    def ask(self, who: str, function: str, argument: Record, result: type[R]) -> R:
        """Evaluate a query."""
        return self._ledger.evaluate(self._caller(who), function, argument, result)

    def engagements(self, slot_start_s: int, homes: Sequence[str]) -> list[Engagement]:
        """Read the homes' records as the contract keeps them: a query for each takes ten times as long."""
        values = self._ledger.committed.values["auction"]
        found = (values.get(engagement(MARKET, slot_start_s, party(home))) for home in homes)
        return [Engagement() if value is None else decode(value, Engagement) for value in found]

    def tidy(self) -> None:
        """Forget all settled orders and offers, so that neither memory nor time grow with the days."""
        committed = self._ledger.committed
        for kind in SETTLED:
            doomed = [key for key, _ in committed.scan("auction", *keys.prefix_range(kind, MARKET))]
            committed.apply({"auction": dict.fromkeys(doomed)})

    def _block(self, calls: Sequence[Call], time_s: int) -> list[bytes]:
        wanted = [ContractCall(self._caller(call.who), call.function, call.argument) for call in calls]
        outcomes = self._ledger.run_block(wanted, time_s=time_s)
        for call, outcome in zip(calls, outcomes, strict=True):
            if outcome.status is not Status.OK:
                raise CallRefused(call, outcome.log)
        for timer in self._ledger.timer_outcomes:
            if timer.status is not Status.OK:
                raise TimerFailed(timer.log)
        self._ledger.events.clear()
        self._ledger.timer_outcomes.clear()
        return [outcome.data for outcome in outcomes]

    def _caller(self, name: str) -> Caller:
        if name not in self._callers:
            self._callers[name] = caller(party(name), "home")
        return self._callers[name]
