"""The same run on a solo ledger: signed transactions, blocks, state roots, a disk, at its own time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from wattloom.chaincode.api.codec import Record, decode, encode
from wattloom.chaincode.api.execution import Status
from wattloom.chaincode.auction.messages import EngagementOf
from wattloom.chaincode.auction.records import Engagement
from wattloom.chaincode.auction.units import DAY_S
from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity
from wattloom.market.auction.simulation.ledger import (
    AUDITOR,
    MARKET,
    OFFICERS,
    ORGANISATION,
    Call,
    CallRefused,
    party,
)
from wattloom.market.auction.simulation.setup import START_S
from wattloom.network.solo.create import create_ledger
from wattloom.network.solo.stepped import NS, SteppedEngine
from wattloom.network.transactions import SignedTransaction, sign

R = TypeVar("R", bound=Record)

CHAIN_ID = "auction-study"
BEGINS_S = START_S - DAY_S
VALID_S = 300


class OnSolo:
    """A `Ledger` that is one; members get their keys when they first call."""

    def __init__(self, engine: SteppedEngine, authority: Authority) -> None:
        self._engine, self._authority = engine, authority
        self._identities: dict[str, ClientIdentity] = {}
        self._known: set[str] = set()
        self._now_s = BEGINS_S

    def block(self, calls: Sequence[Call], *, time_s: int) -> list[bytes]:
        """Run due timers and the calls; raise `CallRefused`."""
        self._now_s = time_s
        records = self._engine.make_blocks([self._signed(*call) for call in calls], time_s=time_s)
        self._known.update(call.who for call in calls)
        results = [result for record in records for result in record.results]
        if len(results) < len(calls):
            raise CallRefused(calls[len(results)], "no block took it")
        for call, result in zip(calls, results, strict=True):
            if result.status != Status.OK:
                raise CallRefused(call, result.data.decode())
        return [result.data for result in results]

    def ask(self, who: str, function: str, argument: Record, result: type[R]) -> R:
        """Evaluate a signed query."""
        signed = self._signed(who, function, argument)
        return decode(self._engine.evaluate(signed.raw).data, result)

    def engagements(self, slot_start_s: int, homes: Sequence[str]) -> list[Engagement]:
        """Ask for what each of the homes has promised and traded in a slot."""
        return [
            self.ask(
                AUDITOR,
                "auction:read_engagement",
                EngagementOf(market_id=MARKET, slot_start_s=slot_start_s, party_id=party(home)),
                Engagement,
            )
            for home in homes
        ]

    def tidy(self) -> None:
        """Forget nothing: a ledger does not."""

    def _signed(self, who: str, function: str, argument: Record) -> SignedTransaction:
        return sign(
            self._identity(who),
            chain_id=CHAIN_ID,
            function=function,
            arguments=encode(argument),
            valid_until_s=self._now_s + VALID_S,
            introduce=who not in self._known,
        )

    def _identity(self, who: str) -> ClientIdentity:
        if who not in self._identities:
            self._identities[who] = self._authority.issue_client(
                who, role=OFFICERS.get(who, "home"), not_before_s=BEGINS_S
            )
        return self._identities[who]


@contextmanager
def on_solo(path: Path) -> Iterator[OnSolo]:
    """Make a solo ledger in a new folder, which begins the day before the study, and open it.

    Raises
    ------
    LedgerFolderError : the folder is not empty
    """
    authority = Authority.create(f"{ORGANISATION} CA", organisation=ORGANISATION, not_before_s=BEGINS_S)
    folder = create_ledger(path, chain_id=CHAIN_ID, organisations=[authority], now_ns=BEGINS_S * NS)
    engine = SteppedEngine(folder)
    try:
        yield OnSolo(engine, authority)
    finally:
        engine.stop()
