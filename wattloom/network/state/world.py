"""The state of the application: versioned, durable together with the engine's own records, and provable.

Threads: one thread, the sequencer's, prepares and commits. Any other may read, look back and prove meanwhile:
it works on a snapshot of the store and on trees that are never changed in place. It takes the trees first, so
they may be older than the snapshot. That does no harm: every bucket that changed after the height in question
is computed again from the snapshot, and the others are the same in both.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from wattloom.chaincode.api.overlay import Overlay, Reader
from wattloom.network.state import buckets
from wattloom.network.state.check import check_state
from wattloom.network.state.errors import ContractUnknown, KeyAbsent, StateCorrupt
from wattloom.network.state.forest import (
    Changes,
    Forest,
    Records,
    only_in_bucket,
    plant,
    replant,
    root_over,
)
from wattloom.network.state.history import (
    Entry,
    Standing,
    encode_undo,
    go_back,
    oldest_kept,
    read_standing,
    steps_back,
    write_step,
)
from wattloom.network.state.proofs import StateProof, prove_steps, state_path
from wattloom.network.state.reader import StateReader, everything, state_key
from wattloom.network.state.restore import Restore, discard_unfinished
from wattloom.network.state.store import BUCKETS, STATE, Store
from wattloom.network.state.views import MAX_KEY_BYTES, Batch, Snapshot

HISTORY_HEIGHTS = 1_000


@dataclass(frozen=True, slots=True)
class Committed:
    """Where the state stands, with the trees over it; `fresh` before the first commit."""

    standing: Standing
    forest: Forest
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A height that is computed and not written: its rows, its bucket records and its way back."""

    base: Committed
    after: Committed
    rows: list[tuple[bytes, bytes | None]]
    records: Records
    undo: bytes | None

    @property
    def height(self) -> int:
        """Return the height."""
        return self.after.standing.height

    @property
    def root(self) -> bytes:
        """Return the state root of the height."""
        return self.after.standing.root


class WorldState:
    """Values by contract and key, at the last committed height and at the last `history_heights` before it.

    Raises
    ------
    ContractUnknown : the store holds keys of a contract that is not among `contracts`
    StateCorrupt : the stored bucket roots do not make the stored state root
    """

    def __init__(
        self, store: Store, contracts: Sequence[str], *, history_heights: int = HISTORY_HEIGHTS
    ) -> None:
        self._store = store
        self._contracts = _in_order(contracts)
        self._history_heights = history_heights
        discard_unfinished(store)
        self._committed = self._open()
        self._recent: dict[int, Forest] = {}

    @property
    def height(self) -> int:
        """Return the last committed height; 0 before the first."""
        return self._committed.standing.height

    @property
    def root(self) -> bytes:
        """Return the state root of the last committed height."""
        return self._committed.standing.root

    def prepare(self, changes: Changes, *, height: int, contracts: Sequence[str] | None = None) -> Prepared:
        """Compute what changes to the committed state come to; nothing is written.

        Writes that change nothing are dropped. The first height may be any, each later one follows the last.
        `contracts` are those whose stores stand under this height's root: all that are known, unless said.

        Raises
        ------
        ContractUnknown : a change names a contract that this state does not have
        """
        base = self._committed
        if height != base.standing.height + 1 and not base.fresh:
            raise ValueError(f"height {height} does not follow {base.standing.height}")
        with self._store.snapshot() as snapshot:
            rows, entries, values = self._effective(snapshot, changes)
            forest, records = replant(base.forest, snapshot.getter(BUCKETS), values)
        covered = self._contracts if contracts is None else _in_order(contracts)
        standing = Standing(height, root_over(forest, covered), covered)
        undo = None if base.fresh else encode_undo(base.standing, entries)
        return Prepared(base, Committed(standing, forest), rows, records, undo)

    def commit(self, batch: Batch, prepared: Prepared) -> None:
        """Write a prepared height; the state stands at it once the batch is durable.

        Raises
        ------
        RuntimeError : another height was committed since it was prepared
        """
        if prepared.base is not self._committed:
            raise RuntimeError(
                f"height {prepared.height} was prepared over another state than the committed one"
            )
        _write(batch, STATE, prepared.rows)
        _write(batch, BUCKETS, sorted(prepared.records.items()))
        write_step(batch, prepared.after.standing, prepared.undo, kept_heights=self._history_heights)
        batch.on_durable(lambda: self._follow(prepared))

    def committed(self) -> Reader:
        """Return a reader of the state as it is durable now; its snapshot ends with it."""
        return StateReader(self._store.snapshot())

    def reader(self, snapshot: Snapshot) -> Reader:
        """Return a reader of the state as a snapshot has it."""
        return StateReader(snapshot)

    def height_of(self, snapshot: Snapshot) -> int:
        """Return the height of the state in a snapshot."""
        standing = read_standing(snapshot)
        return 0 if standing is None else standing.height

    @contextmanager
    def at(self, height: int) -> Iterator[Reader]:
        """Read the state of a height that is kept.

        Raises
        ------
        HeightUnavailable : the height is not kept, or not reached
        """
        with self._store.snapshot() as snapshot:
            _, changes = go_back(snapshot, height, latest=None, kept_heights=self._history_heights)
            yield self._past(snapshot, changes)

    def history(self, contract: str, key: str) -> list[tuple[int, bytes | None]]:
        """Return the heights that changed a key, oldest first, with the value (None: removed) that each left.

        It reaches back as far as heights are kept, which differs between nodes: for queries alone.
        """
        changes: list[tuple[int, bytes | None]] = []
        with self._store.snapshot() as snapshot:
            value = StateReader(snapshot).get(contract, key)
            latest = self.height_of(snapshot)
            oldest = oldest_kept(snapshot, latest, kept_heights=self._history_heights)
            for height, undo in steps_back(snapshot, latest, oldest):
                for changed_contract, changed_key, old in undo.entries:
                    if changed_key == key and changed_contract == contract:
                        changes.append((height, value))
                        value = old
        return changes[::-1]

    def prove(self, contract: str, key: str, *, height: int | None = None) -> StateProof:
        """Return a key's value at a height (None: the committed one) with its proof up to that height's root.

        The cost grows with what changed since that height. Not so for the last two, whose trees are kept:
        light clients ask for the last but one.

        Raises
        ------
        KeyAbsent : there is no value, and absence has no proof
        HeightUnavailable : the height is not kept, or not reached
        """
        committed = self._committed  # before the snapshot: see the head of this module
        wanted = committed.standing.height if height is None else height
        forest = self._recent.get(wanted)
        with self._store.snapshot() as snapshot:
            then, changes = go_back(
                snapshot, wanted, latest=committed.standing.height, kept_heights=self._history_heights
            )
            value = self._past(snapshot, changes).get(contract, key)
            if value is None:
                raise KeyAbsent(contract, key, wanted)
            if forest is None:
                forest = committed.forest
            else:
                changes = only_in_bucket(changes, contract, buckets.bucket_of(key.encode()))
            forest, records = replant(forest, snapshot.getter(BUCKETS), changes)
            name, raw = state_path(contract, key)
            record = records[name] if name in records else snapshot.get(BUCKETS, name)
        return StateProof(wanted, value, prove_steps(forest, then, contract, raw, record))

    def export(self, snapshot: Snapshot) -> Iterator[tuple[str, str, bytes]]:
        """Yield contract, key and value of everything, in canonical order."""
        return everything(snapshot)

    def begin_restore(self, contracts: Sequence[str]) -> Restore:
        """Empty the state, to take over another one's rows of these contracts.

        Raises
        ------
        ContractUnknown : one of them is not known here
        StateInUse : the state holds blocks that were executed here
        """
        for contract in contracts:
            if contract not in self._contracts:
                raise ContractUnknown(contract)
        restore = Restore(self._store, _in_order(contracts))
        self._stand_at(self._open())
        return restore

    def finish_restore(
        self, restore: Restore, *, height: int, root: bytes, also: Callable[[Batch], None] = lambda _: None
    ) -> None:
        """Stand at the height whose rows were taken over; what `also` writes becomes durable with that.

        Earlier heights are unknown. After a refusal the restore is to be abandoned; nothing was readable.

        Raises
        ------
        RestoreRejected : the rows do not make this root
        """
        standing, forest = restore.finish(height, root, self._contracts, also)
        self._stand_at(Committed(standing, forest))

    def check(self) -> None:
        """Compute every root again from the values, back to the oldest height that is kept.

        Raises
        ------
        StateCorrupt : names the first difference
        """
        with self._store.snapshot() as snapshot:
            check_state(snapshot, self._contracts)

    @staticmethod
    def _past(snapshot: Snapshot, changes: Changes) -> Overlay:
        past = Overlay(StateReader(snapshot))
        past.changes = changes
        return past

    def _open(self) -> Committed:
        with self._store.snapshot() as snapshot:
            forest = plant(self._contracts, snapshot.items(BUCKETS))
            standing = read_standing(snapshot)
        if standing is None:
            return Committed(
                Standing(0, root_over(forest, self._contracts), self._contracts), forest, fresh=True
            )
        if root_over(forest, standing.contracts) != standing.root:
            raise StateCorrupt(f"height {standing.height}", "the bucket roots do not make the state root")
        return Committed(standing, forest)

    def _effective(
        self, snapshot: Snapshot, changes: Changes
    ) -> tuple[list[tuple[bytes, bytes | None]], list[Entry], Changes]:
        """Return the rows that really change, what they replace, and the changes without the others."""
        read = snapshot.getter(STATE)
        rows: list[tuple[bytes, bytes | None]] = []
        entries: list[Entry] = []
        values: Changes = {}
        for contract in sorted(changes):
            if contract not in self._contracts:
                raise ContractUnknown(contract)
            kept = values.setdefault(contract, {})
            for key, value in sorted(changes[contract].items()):
                row = state_key(contract, key)
                if len(row) > MAX_KEY_BYTES:
                    raise ValueError(f"{contract}:{key[:40]}... is longer than a key may be")
                old = read(row)
                if old != value:
                    rows.append((row, value))
                    entries.append((contract, key, old))
                    kept[key] = value
        return rows, entries, values

    def _stand_at(self, committed: Committed) -> None:
        self._recent = {}
        self._committed = committed

    def _follow(self, prepared: Prepared) -> None:
        steps = (prepared.base, prepared.after)
        self._recent = {step.standing.height: step.forest for step in steps}
        self._committed = prepared.after


def _in_order(contracts: Sequence[str]) -> tuple[str, ...]:
    """Sort names; an identifier's characters stand above the dot, so names of stores are then sorted too."""
    for contract in contracts:
        if not (contract.isascii() and contract.isidentifier()):
            raise ValueError(f"contracts: {contract!r} is no identifier")
    return tuple(sorted(set(contracts)))


def _write(batch: Batch, table: str, rows: list[tuple[bytes, bytes | None]]) -> None:
    for key, value in rows:
        if value is None:
            batch.delete(table, key)
        else:
            batch.put(table, key, value)
