"""The application: what every validator executes, in ABCI 2.0's calls, with no engine in sight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from wattloom.chaincode.api.codec import Record, decode, encode
from wattloom.chaincode.api.context import Block, Caller, Context, Event, Position
from wattloom.chaincode.api.contract import Contract, Kind
from wattloom.chaincode.api.errors import ChaincodeError, WrongKind
from wattloom.chaincode.api.execution import Outcome, Status, apply, execute, refused, resolve, run_timers
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.api.timers import LEDGER
from wattloom.chaincode.genesis import GenesisState, write_genesis
from wattloom.chaincode.installed import CONTRACTS
from wattloom.chaincode.registry.membership import Client, MembershipRefusal
from wattloom.network.application.admission import Admission
from wattloom.network.application.seen import Seen, forget_passed, remember
from wattloom.network.state import META, Batch, Prepared, StateProof, Store, WorldState
from wattloom.network.transactions import SignedTransaction

RULES_VERSION = 1
"""Version of the rules that this software executes; the ledger's own state says which one is in force."""

MAX_BLOCK_BYTES = 4 << 20

log = structlog.get_logger(__name__)


BLOCK_TIME = b"application/block_time_s"
"""Where the store keeps the last block's time: beside the state, which an empty block leaves as it is."""


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


@dataclass(slots=True)
class _Pending:
    facts: LedgerFacts
    block_time_s: int
    prepared: Prepared
    executed: Executed = field(repr=False)


class WrongRules(Exception):
    """The ledger is under rules that this software does not know; a newer version must execute it."""


class Application:
    """Contracts over versioned state.

    The engine calls `finalize` and then `commit` from one thread; `check`, `query` and `prove` may come from
    any thread at any time and see committed state.
    """

    def __init__(self, store: Store, contracts: Mapping[str, Contract] = CONTRACTS) -> None:
        self.contracts = contracts
        self._store = store
        self._world = WorldState(store, sorted({LEDGER, *contracts}))
        self._admission = Admission()
        self._pending: _Pending | None = None
        self._facts, self._block_time_s = self._read_facts()

    def info(self) -> Info:
        """Return where the application stands (ABCI Info)."""
        facts = self._facts
        return Info(
            height=self._world.height,
            app_hash=self._world.root,
            chain_id=facts.chain_id,
            block_time_s=self._block_time_s,
        )

    def init_chain(self, *, chain_id: str, time_s: int, app_state: GenesisState, batch: Batch) -> bytes:
        """Write the genesis state as height 0 and return its root (ABCI InitChain)."""
        overlay = self._overlay()
        write_genesis(overlay, app_state)
        facts = LedgerFacts(chain_id=chain_id, rules_version=RULES_VERSION)
        overlay.put(LEDGER, "facts", encode(facts))
        prepared = self._world.prepare(overlay.changes, height=0)
        executed = Executed(tx_ids=[], outcomes=[], events=[], app_hash=prepared.root)
        self._pending = _Pending(facts, time_s, prepared, executed)
        return self.commit(batch)

    def check(self, raw: bytes) -> SignedTransaction:
        """Judge a transaction against committed state, without executing it (ABCI CheckTx).

        Raises
        ------
        ChaincodeError : refused, with the code that a block would give it
        """
        tx = self._admission.read(raw)
        self._require_kind(tx.function, Kind.TRANSACTION)
        self._judge_now(tx)
        return tx

    def prepare(
        self, raws: Sequence[bytes], *, time_s: int
    ) -> tuple[list[bytes], dict[bytes, ChaincodeError]]:
        """Choose what a proposal may hold, in order (ABCI PrepareProposal).

        Returns the transactions that fit, and by id the refusals of those that no block can hold any more.
        """
        overlay = self._overlay()
        chosen: list[bytes] = []
        dropped: dict[bytes, ChaincodeError] = {}
        size = 0
        for raw in raws:
            if size + len(raw) > MAX_BLOCK_BYTES:
                break
            tx = self._admission.read(raw)
            try:
                self._propose(overlay, tx, time_s)
            except ChaincodeError as error:
                dropped[tx.tx_id] = error
            else:
                chosen.append(raw)
                size += len(raw)
        return chosen, dropped

    def process(self, raws: Sequence[bytes], *, time_s: int) -> ChaincodeError | None:
        """Return why a proposal must be refused, judged by it and committed state (ABCI ProcessProposal)."""
        overlay = self._overlay()
        try:
            for raw in raws:
                self._propose(overlay, self._admission.read(raw), time_s)
        except ChaincodeError as error:
            return error
        return None

    def finalize(self, block: BlockToExecute) -> Executed:
        """Execute a decided block and return its results; nothing is written yet (ABCI FinalizeBlock)."""
        overlay = self._overlay()
        ledger_block = Block(
            chain_id=self._facts.chain_id,
            height=block.height,
            time_s=block.time_s,
            previous_hash=block.previous_hash.hex(),
        )
        events = self._run_timers(overlay, ledger_block)
        tx_ids: list[bytes] = []
        outcomes: list[Outcome] = []
        for index, raw in enumerate(block.transactions):
            tx_id, outcome = self._deliver(overlay, ledger_block, index, raw)
            tx_ids.append(tx_id)
            outcomes.append(outcome)
            events += [Happened(tx_id, event) for event in outcome.events]
        forget_passed(overlay, block_time_s=block.time_s)
        prepared = self._world.prepare(overlay.changes, height=block.height)
        executed = Executed(tx_ids=tx_ids, outcomes=outcomes, events=events, app_hash=prepared.root)
        self._pending = _Pending(self._facts, block.time_s, prepared, executed)
        return executed

    def commit(self, batch: Batch) -> bytes:
        """Write the finalized block's state into the engine's batch and return its root (ABCI Commit).

        The state counts once the batch is durable, together with whatever else the engine puts in it.
        """
        pending = self._pending
        if pending is None:
            raise RuntimeError("commit without finalize")
        self._world.commit(batch, pending.prepared)
        batch.put(META, BLOCK_TIME, encode(pending.block_time_s))
        batch.on_durable(lambda: self._follow(pending))
        self._pending = None
        return pending.executed.app_hash

    def evaluate(self, raw: bytes) -> tuple[bytes, int]:
        """Run a signed query on committed state; return its result and the height read (ABCI Query).

        Raises
        ------
        ChaincodeError : refused
        """
        tx = self._admission.read(raw)
        self._require_kind(tx.function, Kind.QUERY)
        with self._store.snapshot() as snapshot:
            overlay = Overlay(self._world.reader(snapshot))
            client = self._judge(overlay, tx)
            height = self._world.height_of(snapshot)
            ctx = self._context(
                overlay,
                Block(chain_id=tx.chain_id, height=height, time_s=self._block_time_s, previous_hash=""),
                Position(height=height, index=0),
                client.caller(),
                tx,
                read_only=True,
            )
            data, _ = apply(self.contracts, ctx, tx.function, tx.arguments, kind=Kind.QUERY)
        return data, height

    def prove(self, contract: str, key: str, *, height: int) -> StateProof:
        """Return a value of the state at a height with its proof up to that height's root."""
        return self._world.prove(contract, key, height=height)

    def describe_contracts(self) -> list[dict[str, Any]]:
        """Return the metadata of every installed contract."""
        return [self.contracts[name].metadata() for name in sorted(self.contracts)]

    def _overlay(self) -> Overlay:
        return Overlay(self._world.committed())

    def _read_facts(self) -> tuple[LedgerFacts, int]:
        with self._store.snapshot() as snapshot:
            value = self._world.reader(snapshot).get(LEDGER, "facts")
            time_s = snapshot.get(META, BLOCK_TIME)
        if value is None or time_s is None:
            return LedgerFacts(chain_id="", rules_version=RULES_VERSION), 0
        facts = decode(value, LedgerFacts)
        if facts.rules_version != RULES_VERSION:
            raise WrongRules(f"the ledger has rules {facts.rules_version}, this software has {RULES_VERSION}")
        return facts, decode(time_s, int)

    def _require_kind(self, function: str, kind: Kind) -> None:
        contract, name = resolve(self.contracts, function)
        known = contract.kind_of(name)
        if known is not kind:
            raise WrongKind(function=function, kind=known.value)

    def _judge_now(self, tx: SignedTransaction) -> None:
        with self._store.snapshot() as snapshot:
            self._judge(Overlay(self._world.reader(snapshot)), tx)

    def _judge(self, overlay: Overlay, tx: SignedTransaction) -> Client:
        return self._admission.judge(overlay, tx, chain_id=self._facts.chain_id, time_s=self._block_time_s)

    def _propose(self, overlay: Overlay, tx: SignedTransaction, time_s: int) -> None:
        self._require_kind(tx.function, Kind.TRANSACTION)
        self._admission.judge(overlay, tx, chain_id=self._facts.chain_id, time_s=time_s)
        remember(overlay, Seen(status=Status.OK), valid_until_s=tx.valid_until_s, tx_id=tx.tx_id)

    def _run_timers(self, overlay: Overlay, block: Block) -> list[Happened]:
        events: list[Happened] = []
        for due, outcome in run_timers(self.contracts, overlay, block):
            if outcome.status is not Status.OK:
                log.error("timer failed", function=due.function, height=block.height, reason=outcome.log)
            events += [Happened(b"", event) for event in outcome.events]
        return events

    def _deliver(self, overlay: Overlay, block: Block, index: int, raw: bytes) -> tuple[bytes, Outcome]:
        try:
            tx = self._admission.read(raw)
        except ChaincodeError as error:
            return b"", refused(error)
        trial = Overlay(overlay)
        try:
            client = self._admission.judge(trial, tx, chain_id=block.chain_id, time_s=block.time_s)
        except ChaincodeError as error:
            outcome = refused(error)
            if isinstance(
                error, MembershipRefusal
            ):  # who signed may be a member again; these bytes stay refused
                _remember(overlay, tx, outcome)
            return tx.tx_id, outcome
        ctx = self._context(
            trial, block, Position(height=block.height, index=index), client.caller(), tx, read_only=False
        )
        outcome = execute(self.contracts, ctx, tx.function, tx.arguments, kind=Kind.TRANSACTION)
        if outcome.status is Status.INTERNAL:
            log.error("contract bug", function=tx.function, tx_id=tx.tx_id.hex(), reason=outcome.log)
        _remember(trial, tx, outcome)
        trial.merge_into(overlay)
        return tx.tx_id, outcome

    @staticmethod
    def _context(
        overlay: Overlay,
        block: Block,
        position: Position,
        caller: Caller,
        tx: SignedTransaction,
        *,
        read_only: bool,
    ) -> Context:
        return Context(
            contract=LEDGER,
            block=block,
            position=position,
            caller=caller,
            tx_id=tx.tx_id.hex(),
            overlay=overlay,
            read_only=read_only,
        )

    def _follow(self, pending: _Pending) -> None:
        self._facts, self._block_time_s = pending.facts, pending.block_time_s


def _remember(overlay: Overlay, tx: SignedTransaction, outcome: Outcome) -> None:
    seen = Seen(status=outcome.status, code=outcome.code)
    remember(overlay, seen, valid_until_s=tx.valid_until_s, tx_id=tx.tx_id)
