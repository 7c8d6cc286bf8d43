"""Snapshots of the state for nodes that join: taken beside the blocks, kept for a while, and restored."""

import threading
from collections.abc import Iterator
from pathlib import Path

import structlog

from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.errors import MachineFault
from wattloom.network import failpoints
from wattloom.network.application import Application
from wattloom.network.application.application import BLOCK_TIME
from wattloom.network.cometbft.restoring import Applied, Offer, Restoring
from wattloom.network.cometbft.snapshot_form import SnapshotInfo, cut, pack
from wattloom.network.cometbft.snapshot_shelf import SnapshotShelf
from wattloom.network.state import META, Snapshot, Store
from wattloom.network.state.history import Standing, read_standing
from wattloom.network.state.reader import everything

KEPT = 3
"""The newest ones: a node may be fetching an older one while the next is made."""

log = structlog.get_logger(__name__)


class NothingToSnapshot(Exception):
    """There is no block yet."""


class _Closing(Exception):
    """The node stops, and the snapshot in hand is not wanted any more."""


class Snapshots:
    """The snapshots of one node.

    `after_commit` is called by the thread that commits, `offer` and `apply` by one other, the rest by any.

    Parameters
    ----------
    every_blocks : heights that it divides get a snapshot, on every node alike; 0 for none
    genesis_hash : of the document in the node's folder, which a restored state is marked with
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        application: Application,
        *,
        genesis_hash: bytes,
        every_blocks: int,
        keep: int = KEPT,
    ) -> None:
        self._shelf = SnapshotShelf(folder)
        self._store = store
        self._every_blocks = every_blocks
        self._keep = keep
        self._restoring = Restoring(application, store, genesis_hash=genesis_hash)
        self._turn = threading.Lock()
        self._closing = threading.Event()
        self._worker: threading.Thread | None = None

    def close(self) -> None:
        """End with what is being taken; call it before the store is closed."""
        self._closing.set()
        self.wait()

    def wait(self) -> None:
        """Return once the snapshot that is being taken is finished."""
        if self._worker is not None:
            self._worker.join()

    def after_commit(self, height: int) -> None:
        """Begin the snapshot of a height that was just committed, if it is to have one."""
        if self._every_blocks == 0 or height % self._every_blocks:
            return
        if self._worker is not None and self._worker.is_alive():
            log.warning("a snapshot is skipped: the one before is not finished", height=height)
            return
        view = self._store.snapshot()
        self._worker = threading.Thread(target=self._take_beside, args=(view,), name="snapshot", daemon=True)
        self._worker.start()

    def take(self) -> SnapshotInfo:
        """Take a snapshot of the last committed height, and return it once it is durable.

        Raises
        ------
        NothingToSnapshot : there is no block yet
        OSError : it could not be written
        """
        with self._store.snapshot() as view:
            return self._take(view)

    def list(self) -> list[SnapshotInfo]:
        """Return the snapshots that peers may have, newest first (ABCI ListSnapshots)."""
        return self._shelf.infos()

    def oldest_height(self) -> int | None:
        """Return the height of the oldest snapshot; None where there is none."""
        infos = self._shelf.infos()
        return infos[-1].height if infos else None

    def load_chunk(self, height: int, format_: int, index: int) -> bytes:
        """Return a part of a snapshot; nothing where there is none (ABCI LoadSnapshotChunk)."""
        return self._shelf.chunk(height, format_, index) or b""

    def offer(self, info: SnapshotInfo, app_hash: bytes) -> Offer:
        """Begin to take over a peer's snapshot, or say why not (ABCI OfferSnapshot).

        Raises
        ------
        StateInUse : the engine has lost its blocks, and the application has executed them
        """
        return self._restoring.offer(info, app_hash)

    def apply(self, index: int, chunk: bytes, sender: str) -> Applied:
        """Take over the next part of the accepted snapshot (ABCI ApplySnapshotChunk)."""
        return self._restoring.apply(index, chunk, sender)

    def _take_beside(self, view: Snapshot) -> None:
        """Take a snapshot in a thread of its own; the node lives without it."""
        with view:
            try:
                info = self._take(view)
            except _Closing:
                return
            except (OSError, MachineFault) as error:
                log.error("no snapshot was taken", reason=str(error))
                return
        log.info("snapshot taken", height=info.height, chunks=info.chunks)

    def _take(self, view: Snapshot) -> SnapshotInfo:
        standing, block_time = read_standing(view), view.get(META, BLOCK_TIME)
        if standing is None or standing.height == 0 or block_time is None:
            raise NothingToSnapshot("the ledger has no block yet, so there is no state to join at")
        with self._turn:
            info = self._shelf.info(standing.height)
            if info is None:
                chunks = self._chunks(view, standing)
                info = self._shelf.put(standing, decode(block_time, int), chunks)
                self._shelf.keep(self._keep)
        return info

    def _chunks(self, view: Snapshot, standing: Standing) -> Iterator[tuple[bytes, bytes]]:
        """Yield hash and packed rows of each chunk: the rows of the contracts that the root covers."""
        covered = set(standing.contracts)
        for rows in cut(row for row in everything(view) if row[0] in covered):
            if self._closing.is_set():
                raise _Closing
            yield pack(rows)
            failpoints.reach("snapshot chunk written")
