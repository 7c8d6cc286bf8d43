"""ABCI's four calls for state sync, over a node's snapshots."""

from wattloom.network.abci import AbciApplication
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.cometbft.snapshot_form import SnapshotInfo
from wattloom.network.cometbft.snapshots import Snapshots


class SnapshotCalls(AbciApplication):
    """The part of an application that offers snapshots to peers and takes theirs."""

    def __init__(self, snapshots: Snapshots) -> None:
        self.snapshots = snapshots

    def list_snapshots(self, _: wire.RequestListSnapshots) -> wire.ResponseListSnapshots:
        """List what peers may have."""
        return wire.ResponseListSnapshots(
            snapshots=[
                wire.Snapshot(
                    height=info.height,
                    format=info.format,
                    chunks=info.chunks,
                    hash=info.hash,
                    metadata=info.metadata,
                )
                for info in self.snapshots.list()
            ]
        )

    def load_snapshot_chunk(self, request: wire.RequestLoadSnapshotChunk) -> wire.ResponseLoadSnapshotChunk:
        """Give a chunk; an empty one says that there is none."""
        chunk = self.snapshots.load_chunk(request.height, request.format, request.chunk)
        return wire.ResponseLoadSnapshotChunk(chunk=chunk)

    def offer_snapshot(self, request: wire.RequestOfferSnapshot) -> wire.ResponseOfferSnapshot:
        """Judge what a peer has."""
        told = request.snapshot
        info = SnapshotInfo(told.height, told.format, told.chunks, told.hash, told.metadata)
        answer = self.snapshots.offer(info, request.app_hash)
        return wire.ResponseOfferSnapshot(result=wire.ResponseOfferSnapshot.Result.ValueType(answer))

    def apply_snapshot_chunk(
        self, request: wire.RequestApplySnapshotChunk
    ) -> wire.ResponseApplySnapshotChunk:
        """Take over a chunk."""
        applied = self.snapshots.apply(request.index, request.chunk, request.sender)
        return wire.ResponseApplySnapshotChunk(
            result=wire.ResponseApplySnapshotChunk.Result.ValueType(applied.answer),
            refetch_chunks=applied.refetch_chunks,
            reject_senders=applied.reject_senders,
        )
