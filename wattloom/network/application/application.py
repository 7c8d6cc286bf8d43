"""The application: what every validator executes, in ABCI 2.0's calls, with no engine in sight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.api.context import Block, Position
from wattloom.chaincode.api.contract import Contract, Kind
from wattloom.chaincode.api.errors import ChaincodeError, WrongKind
from wattloom.chaincode.api.execution import Status, apply, resolve
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.api.timers import LEDGER
from wattloom.chaincode.genesis import GenesisState, write_genesis
from wattloom.chaincode.installed import CONTRACTS
from wattloom.chaincode.registry.membership import Client
from wattloom.network.application.admission import Admission
from wattloom.network.application.execution import BlockExecution, context_of
from wattloom.network.application.records import BlockToExecute, Executed, Info, LedgerFacts
from wattloom.network.application.seen import Seen, remember
from wattloom.network.refusals import BlockTooLarge
from wattloom.network.state import META, Batch, Prepared, StateProof, Store, WorldState
from wattloom.network.transactions import SignedTransaction

RULES_VERSION = 1
"""Version of the rules that this software executes; the ledger's own state says which one is in force."""

MAX_BLOCK_BYTES = 4 << 20

BLOCK_TIME = b"application/block_time_s"
"""Where the store keeps the last block's time: beside the state, which an empty block leaves as it is."""


@dataclass(slots=True)
class _Pending:
    facts: LedgerFacts
    block_time_s: int
    prepared: Prepared
    executed: Executed


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
        size_bytes = 0
        for raw in raws:
            if size_bytes + len(raw) > MAX_BLOCK_BYTES:
                break
            tx = self._admission.read(raw)
            try:
                self._propose(overlay, tx, time_s)
            except ChaincodeError as error:
                dropped[tx.tx_id] = error
            else:
                chosen.append(raw)
                size_bytes += len(raw)
        return chosen, dropped

    def process(self, raws: Sequence[bytes], *, time_s: int) -> ChaincodeError | None:
        """Return why a proposal must be refused, judged by it and committed state (ABCI ProcessProposal)."""
        overlay = self._overlay()
        size_bytes = sum(map(len, raws))
        if size_bytes > MAX_BLOCK_BYTES:
            return BlockTooLarge(size_bytes=size_bytes, limit_bytes=MAX_BLOCK_BYTES)
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
        execution = BlockExecution(self.contracts, self._admission, overlay, ledger_block)
        delivered = execution.run(block.transactions)
        prepared = self._world.prepare(overlay.changes, height=block.height)
        executed = Executed(
            tx_ids=[tx_id for tx_id, _ in delivered],
            outcomes=[outcome for _, outcome in delivered],
            events=execution.events,
            app_hash=prepared.root,
        )
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
            block = Block(chain_id=tx.chain_id, height=height, time_s=self._block_time_s, previous_hash="")
            position = Position(height=height, index=0)
            ctx = context_of(overlay, block, position, client.caller(), tx, read_only=True)
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

    def _follow(self, pending: _Pending) -> None:
        self._facts, self._block_time_s = pending.facts, pending.block_time_s
