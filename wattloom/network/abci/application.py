"""What an application answers to a CometBFT node: one method per ABCI 2.0 call, over its own messages."""

from wattloom.network.abci import abci_pb2 as wire


class AbciApplication:
    """An application that takes every transaction and keeps nothing: derive, and override what matters.

    The node has four connections: consensus, mempool, query and snapshot. Each calls from a thread of its
    own, one call at a time; so `check_tx` and `query` may run while a block is finalized. An exception is
    told to the node, which then stops: raise where the machine is at fault, and answer with a code where the
    caller is.
    """

    def info(self, request: wire.RequestInfo) -> wire.ResponseInfo:
        """Tell where the application stands; the node replays the blocks that it misses."""
        return wire.ResponseInfo()

    def init_chain(self, request: wire.RequestInitChain) -> wire.ResponseInitChain:
        """Take the genesis document."""
        return wire.ResponseInitChain()

    def query(self, request: wire.RequestQuery) -> wire.ResponseQuery:
        """Read committed state."""
        return wire.ResponseQuery(height=request.height)

    def check_tx(self, request: wire.RequestCheckTx) -> wire.ResponseCheckTx:
        """Say whether a transaction may wait in the mempool."""
        return wire.ResponseCheckTx()

    def insert_tx(self, request: wire.RequestInsertTx) -> wire.ResponseInsertTx:
        """Take a peer's transaction into the application's own mempool."""
        return wire.ResponseInsertTx()

    def reap_txs(self, request: wire.RequestReapTxs) -> wire.ResponseReapTxs:
        """Give transactions of the application's own mempool to tell peers of."""
        return wire.ResponseReapTxs()

    def prepare_proposal(self, request: wire.RequestPrepareProposal) -> wire.ResponsePrepareProposal:
        """Choose a proposal's transactions: as many of the mempool's as fit."""
        room, chosen = request.max_tx_bytes, []
        for tx in request.txs:
            room -= len(tx)
            if room < 0:
                break
            chosen.append(tx)
        return wire.ResponsePrepareProposal(txs=chosen)

    def process_proposal(self, request: wire.RequestProcessProposal) -> wire.ResponseProcessProposal:
        """Accept or refuse a proposal, alike on every validator."""
        return wire.ResponseProcessProposal(status=wire.ResponseProcessProposal.PROPOSAL_STATUS_ACCEPT)

    def extend_vote(self, request: wire.RequestExtendVote) -> wire.ResponseExtendVote:
        """Attach data to a vote."""
        return wire.ResponseExtendVote()

    def verify_vote_extension(
        self, request: wire.RequestVerifyVoteExtension
    ) -> wire.ResponseVerifyVoteExtension:
        """Judge the data of another validator's vote."""
        return wire.ResponseVerifyVoteExtension(status=wire.ResponseVerifyVoteExtension.VERIFY_STATUS_ACCEPT)

    def finalize_block(self, request: wire.RequestFinalizeBlock) -> wire.ResponseFinalizeBlock:
        """Execute a decided block; write nothing yet."""
        return wire.ResponseFinalizeBlock(tx_results=[wire.ExecTxResult() for _ in request.txs])

    def commit(self, request: wire.RequestCommit) -> wire.ResponseCommit:
        """Keep what the last finalized block came to, all of it or nothing."""
        return wire.ResponseCommit()

    def list_snapshots(self, request: wire.RequestListSnapshots) -> wire.ResponseListSnapshots:
        """List snapshots that peers may have."""
        return wire.ResponseListSnapshots()

    def offer_snapshot(self, request: wire.RequestOfferSnapshot) -> wire.ResponseOfferSnapshot:
        """Begin to take a snapshot, or refuse it."""
        return wire.ResponseOfferSnapshot(result=wire.ResponseOfferSnapshot.RESULT_REJECT)

    def load_snapshot_chunk(self, request: wire.RequestLoadSnapshotChunk) -> wire.ResponseLoadSnapshotChunk:
        """Give a part of an own snapshot."""
        return wire.ResponseLoadSnapshotChunk()

    def apply_snapshot_chunk(
        self, request: wire.RequestApplySnapshotChunk
    ) -> wire.ResponseApplySnapshotChunk:
        """Take a part of the snapshot that was accepted."""
        return wire.ResponseApplySnapshotChunk(result=wire.ResponseApplySnapshotChunk.RESULT_ABORT)
