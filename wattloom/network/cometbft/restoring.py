"""The taking over of a peer's snapshot, in ABCI's calls: an offer, then its chunks in order.

What the peers say is believed of nothing: chunks must have the hashes that the offer named, rows must be in
order, and all of them must make the state root that the light client found for the height.
"""

import shutil
from dataclasses import dataclass, field
from enum import IntEnum

import structlog

from wattloom.network.abci.abci_pb2 import ResponseApplySnapshotChunk, ResponseOfferSnapshot
from wattloom.network.application import Application
from wattloom.network.cometbft.snapshot_form import (
    CHUNK_BYTES,
    FORMAT,
    ChunkDamaged,
    Head,
    SnapshotInfo,
    SnapshotRejected,
    unpack,
)
from wattloom.network.origin import mark_origin
from wattloom.network.state import ContractUnknown, Restore, RestoreRejected, Store

ROOM_FACTOR = 3
"""A state takes at most so many times its rows' length on the disk, buckets and slack included."""

log = structlog.get_logger(__name__)


class Offer(IntEnum):
    """The answer to an offer, with ABCI's numbers."""

    ACCEPT = ResponseOfferSnapshot.RESULT_ACCEPT
    REJECT = ResponseOfferSnapshot.RESULT_REJECT
    REJECT_FORMAT = ResponseOfferSnapshot.RESULT_REJECT_FORMAT
    REJECT_SENDER = ResponseOfferSnapshot.RESULT_REJECT_SENDER


class Answer(IntEnum):
    """The answer to a chunk, with ABCI's numbers."""

    ACCEPT = ResponseApplySnapshotChunk.RESULT_ACCEPT
    ABORT = ResponseApplySnapshotChunk.RESULT_ABORT
    RETRY = ResponseApplySnapshotChunk.RESULT_RETRY
    RETRY_SNAPSHOT = ResponseApplySnapshotChunk.RESULT_RETRY_SNAPSHOT
    REJECT_SNAPSHOT = ResponseApplySnapshotChunk.RESULT_REJECT_SNAPSHOT


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a chunk, what to fetch again, and whom to ask no more.

    The engine asks those alone for a snapshot's chunks who listed it, so all who sent of a false one lied.
    """

    answer: Answer
    refetch_chunks: tuple[int, ...] = ()
    reject_senders: tuple[str, ...] = ()


@dataclass(slots=True)
class _Accepted:
    info: SnapshotInfo
    head: Head
    app_hash: bytes
    restore: Restore
    applied: int = 0
    senders: set[str] = field(default_factory=set)


class Restoring:
    """Takes over one snapshot at a time; one thread calls. A later offer puts an end to the one before."""

    def __init__(self, application: Application, store: Store, *, genesis_hash: bytes) -> None:
        self._application = application
        self._store = store
        self._genesis_hash = genesis_hash
        self._accepted: _Accepted | None = None

    def offer(self, info: SnapshotInfo, app_hash: bytes) -> Offer:
        """Judge a snapshot; `app_hash` is the light client's for its height.

        Raises
        ------
        StateInUse : the engine has lost its blocks, and the application has executed them
        """
        self._give_up()
        if info.format != FORMAT:
            return Offer.REJECT_FORMAT
        if info.chunks * CHUNK_BYTES * ROOM_FACTOR > shutil.disk_usage(self._store.path).free:
            log.error(
                "no room for a snapshot: free space on the disk", height=info.height, chunks=info.chunks
            )
            return Offer.REJECT
        try:
            head = info.head()
            restore = self._application.begin_restore(head.contracts)
        except SnapshotRejected as error:
            log.warning("snapshot refused", height=info.height, reason=str(error))
            return Offer.REJECT_SENDER
        except ContractUnknown as error:
            log.error("another version of this software is needed", height=info.height, reason=str(error))
            return Offer.REJECT
        self._accepted = _Accepted(info, head, app_hash, restore)
        return Offer.ACCEPT

    def apply(self, index: int, chunk: bytes, sender: str) -> Applied:
        """Take the next chunk; with the last one the state stands at the snapshot's height."""
        accepted = self._accepted
        if accepted is None:
            return Applied(Answer.ABORT)
        if index != accepted.applied:
            self._give_up()
            return Applied(Answer.RETRY_SNAPSHOT)
        accepted.senders.add(sender)
        try:
            accepted.restore.add(unpack(chunk, accepted.head.chunk_hash(index)))
            accepted.applied += 1
            if accepted.applied == accepted.info.chunks:
                self._finish(accepted)
        except ChunkDamaged as error:
            log.warning("chunk refused", index=index, sender=sender, reason=str(error))
            return Applied(Answer.RETRY, (index,), (sender,))
        except (SnapshotRejected, RestoreRejected) as error:
            log.warning("snapshot refused", height=accepted.info.height, index=index, reason=str(error))
            self._give_up()
            return Applied(Answer.REJECT_SNAPSHOT, reject_senders=tuple(sorted(accepted.senders)))
        return Applied(Answer.ACCEPT)

    def _finish(self, accepted: _Accepted) -> None:
        self._application.finish_restore(
            accepted.restore,
            height=accepted.info.height,
            app_hash=accepted.app_hash,
            block_time_s=accepted.head.block_time_s,
            also=lambda batch: mark_origin(batch, self._genesis_hash),
        )
        self._accepted = None
        log.info("snapshot taken over", height=accepted.info.height, chunks=accepted.info.chunks)

    def _give_up(self) -> None:
        """Leave an empty store, if one was being filled."""
        accepted, self._accepted = self._accepted, None
        if accepted is not None:
            accepted.restore.abandon()
