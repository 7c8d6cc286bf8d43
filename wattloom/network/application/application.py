"""The application: what every validator executes, in ABCI 2.0's calls, with no engine in sight."""

from collections.abc import Callable, Mapping, Sequence
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
from wattloom.chaincode.governance import consensus
from wattloom.chaincode.governance.consensus import ConsensusLimits
from wattloom.chaincode.installed import RULES, Rules
from wattloom.chaincode.registry.membership import Client
from wattloom.network.application.admission import Admission
from wattloom.network.application.execution import BlockExecution, context_of
from wattloom.network.application.records import BlockToExecute, Executed, Happened, Info, LedgerFacts
from wattloom.network.application.rules import RuleBook
from wattloom.network.application.seen import Seen, remember
from wattloom.network.refusals import BlockTooLarge
from wattloom.network.state import META, Batch, Prepared, Restore, StateProof, Store, WorldState
from wattloom.network.transactions import SignedTransaction

MAX_BLOCK_BYTES = 4 << 20

BLOCK_TIME = b"application/block_time_s"
"""Where the store keeps the last block's time: beside the state, which an empty block leaves as it is."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the application needs of the committed state at every call; the rules are the next block's."""

    chain_id: str
    block_time_s: int
    rules_version: int


@dataclass(slots=True)
class _Pending:
    standing: _Standing
    prepared: Prepared
    executed: Executed


class Application:
    """Contracts over versioned state.

    The engine calls `finalize` and then `commit` from one thread; `check`, `query` and `prove` may come from
    any thread at any time and see committed state.
    """

    def __init__(self, store: Store, rules: Rules = RULES) -> None:
        self.rules = RuleBook(rules)
        self._store = store
        self._world = WorldState(store, self.rules.stores)
        self._admission = Admission()
        self._pending: _Pending | None = None
        self._standing = self._read_standing()

    def info(self) -> Info:
        """Return where the application stands (ABCI Info)."""
        standing = self._standing
        return Info(
            height=self._world.height,
            app_hash=self._world.root,
            chain_id=standing.chain_id,
            block_time_s=standing.block_time_s,
            rules_version=standing.rules_version,
        )

    def init_chain(self, *, chain_id: str, time_s: int, app_state: GenesisState, batch: Batch) -> bytes:
        """Write the genesis state as height 0 and return its root (ABCI InitChain)."""
        overlay = self._overlay()
        write_genesis(overlay, app_state)
        overlay.put(LEDGER, "facts", encode(LedgerFacts(chain_id=chain_id)))
        version = self.rules.version(overlay, 1)
        prepared = self._world.prepare(overlay.changes, height=0, contracts=self.rules.stores_of(version))
        executed = Executed(tx_ids=[], outcomes=[], events=[], app_hash=prepared.root, rules_version=version)
        self._pending = _Pending(_Standing(chain_id, time_s, version), prepared, executed)
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
        self, raws: Sequence[bytes], *, time_s: int, max_bytes: int = MAX_BLOCK_BYTES
    ) -> tuple[list[bytes], dict[bytes, ChaincodeError]]:
        """Choose what a proposal may hold, in order (ABCI PrepareProposal).

        Returns the transactions that fit, and by id the refusals of those that no block can hold any more.
        The first that does not fit ends the proposal, so that order is kept.
        """
        overlay = self._overlay()
        chosen: list[bytes] = []
        dropped: dict[bytes, ChaincodeError] = {}
        size_bytes = 0
        for raw in raws:
            size_bytes += len(raw)
            if size_bytes > min(max_bytes, MAX_BLOCK_BYTES):
                break
            tx = self._admission.read(raw)
            try:
                self._propose(overlay, tx, time_s)
            except ChaincodeError as error:
                dropped[tx.tx_id] = error
                size_bytes -= len(raw)
            else:
                chosen.append(raw)
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
        chain_id = self._standing.chain_id
        ledger_block = Block(
            chain_id=chain_id, height=block.height, time_s=block.time_s, hash=block.hash.hex()
        )
        version = self.rules.version(overlay, block.height)
        seats, limits = consensus.active_validators(overlay), consensus.consensus_params(overlay)
        begun = consensus.begin_block(overlay, ledger_block, block.misbehaviour)
        execution = BlockExecution(self.rules.contracts(version), self._admission, overlay, ledger_block)
        delivered = execution.run(block.transactions)
        limits_after = consensus.consensus_params(overlay)
        prepared = self._world.prepare(
            overlay.changes, height=block.height, contracts=self.rules.stores_of(version)
        )
        executed = Executed(
            tx_ids=[tx_id for tx_id, _ in delivered],
            outcomes=[outcome for _, outcome in delivered],
            events=[*(Happened(b"", event) for event in begun), *execution.events],
            app_hash=prepared.root,
            rules_version=consensus.rules_at(overlay, block.height + 1),
            validator_updates=_updates(seats, consensus.active_validators(overlay)),
            limits=limits_after if limits_after != limits else None,
        )
        standing = _Standing(chain_id, block.time_s, executed.rules_version)
        self._pending = _Pending(standing, prepared, executed)
        return executed

    def commit(self, batch: Batch) -> bytes:
        """Write the finalized block's state into the engine's batch and return its root (ABCI Commit).

        The state counts once the batch is durable, together with whatever else the engine puts in it.
        """
        pending = self._pending
        if pending is None:
            raise RuntimeError("commit without finalize")
        self._world.commit(batch, pending.prepared)
        batch.put(META, BLOCK_TIME, encode(pending.standing.block_time_s))
        batch.on_durable(lambda: self._follow(pending))
        self._pending = None
        return pending.executed.app_hash

    def begin_restore(self, contracts: Sequence[str]) -> Restore:
        """Empty the state, to take over another node's rows of these contracts (ABCI OfferSnapshot).

        Raises
        ------
        ContractUnknown, StateInUse : see `WorldState.begin_restore`
        """
        restore = self._world.begin_restore(contracts)
        self._standing = self._read_standing()
        return restore

    def finish_restore(
        self,
        restore: Restore,
        *,
        height: int,
        app_hash: bytes,
        block_time_s: int,
        also: Callable[[Batch], None],
    ) -> None:
        """Stand at the height whose rows were taken over (ABCI ApplySnapshotChunk).

        Raises
        ------
        RestoreRejected : the rows do not make this root
        WrongRules : the next block is under rules that this software does not know
        """

        def write(batch: Batch) -> None:
            batch.put(META, BLOCK_TIME, encode(block_time_s))
            also(batch)

        self._world.finish_restore(restore, height=height, root=app_hash, also=write)
        self._standing = self._read_standing()

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
            block = Block(chain_id=tx.chain_id, height=height, time_s=self._standing.block_time_s, hash="")
            position = Position(height=height, index=0)
            ctx = context_of(overlay, block, position, client.caller(), tx, read_only=True)
            data, _ = apply(self._contracts(), ctx, tx.function, tx.arguments, kind=Kind.QUERY)
        return data, height

    def prove(self, contract: str, key: str, *, height: int) -> StateProof:
        """Return a value of the state at a height with its proof up to that height's root."""
        return self._world.prove(contract, key, height=height)

    def limits(self) -> ConsensusLimits | None:
        """Return the engine's limits as votes have set them; None where genesis alone does."""
        with self._store.snapshot() as snapshot:
            return consensus.consensus_params(self._world.reader(snapshot))

    def admits_observer(self, node_id: str) -> bool:
        """Tell whether a node may connect, by its id in the engine's network (40 hex digits)."""
        with self._store.snapshot() as snapshot:
            return consensus.observer_admitted(self._world.reader(snapshot), node_id)

    def describe_contracts(self) -> list[dict[str, Any]]:
        """Return the metadata of every contract of the next block's rules; raise `WrongRules`."""
        contracts = self._contracts()
        return [contracts[name].metadata() for name in sorted(contracts)]

    def _overlay(self) -> Overlay:
        return Overlay(self._world.committed())

    def _contracts(self) -> Mapping[str, Contract]:
        """Return the contracts that the next block is executed under; raise `WrongRules`."""
        return self.rules.contracts(self._standing.rules_version)

    def _read_standing(self) -> _Standing:
        with self._store.snapshot() as snapshot:
            reader = self._world.reader(snapshot)
            value, time_s = reader.get(LEDGER, "facts"), snapshot.get(META, BLOCK_TIME)
            version = self.rules.version(reader, self._world.height + 1)
        if value is None or time_s is None:
            return _Standing("", 0, version)
        return _Standing(decode(value, LedgerFacts).chain_id, decode(time_s, int), version)

    def _require_kind(self, function: str, kind: Kind) -> None:
        contract, name = resolve(self._contracts(), function)
        known = contract.kind_of(name)
        if known is not kind:
            raise WrongKind(function=function, kind=known.value)

    def _judge_now(self, tx: SignedTransaction) -> None:
        with self._store.snapshot() as snapshot:
            self._judge(Overlay(self._world.reader(snapshot)), tx)

    def _judge(self, overlay: Overlay, tx: SignedTransaction) -> Client:
        return self._admission.judge(
            overlay, tx, chain_id=self._standing.chain_id, time_s=self._standing.block_time_s
        )

    def _propose(self, overlay: Overlay, tx: SignedTransaction, time_s: int) -> None:
        self._require_kind(tx.function, Kind.TRANSACTION)
        self._admission.judge(overlay, tx, chain_id=self._standing.chain_id, time_s=time_s)
        remember(overlay, Seen(status=Status.OK), valid_until_s=tx.valid_until_s, tx_id=tx.tx_id)

    def _follow(self, pending: _Pending) -> None:
        self._standing = pending.standing


def _updates(before: Mapping[bytes, int], after: Mapping[bytes, int]) -> dict[bytes, int]:
    """Return the powers that changed, by public key; 0 for who signs no more."""
    keys = sorted({*before, *after})
    return {key: after.get(key, 0) for key in keys if before.get(key, 0) != after.get(key, 0)}
