"""A solo ledger whose owner makes the blocks and tells the time, for studies whose time is not now."""

from collections.abc import Sequence

from wattloom.network.chain.tip import next_time
from wattloom.network.solo.folder import LedgerFolder
from wattloom.network.solo.sequencer import MAX_BLOCK_TRANSACTIONS, SoloEngine
from wattloom.network.transactions import SignedTransaction
from wattloom.network.wire import ledger_pb2

NS = 1_000_000_000


class SteppedEngine(SoloEngine):
    """Everything of a solo ledger but its thread: nothing happens between two calls of `make_blocks`.

    `stop` closes it; it is never started.
    """

    def __init__(self, folder: LedgerFolder) -> None:
        self._now_ns = folder.genesis().genesis_time.ns
        super().__init__(folder, clock=lambda: self._now_ns)

    def make_blocks(
        self, transactions: Sequence[SignedTransaction], *, time_s: int
    ) -> list[ledger_pb2.BlockRecord]:
        """Make blocks of the transactions, in their order, at a time; one without any where there are none.

        Block time comes to `time_s` first, by empty blocks in which timers run.
        """
        self._now_ns = max(self._now_ns, time_s * NS)
        while self._tip.is_initial or next_time(self._tip, self._last_commit).seconds < time_s:
            self._make_block([])
        firsts = range(0, len(transactions) or 1, MAX_BLOCK_TRANSACTIONS)
        return [self._make(list(transactions[at : at + MAX_BLOCK_TRANSACTIONS])) for at in firsts]

    def _make(self, transactions: list[SignedTransaction]) -> ledger_pb2.BlockRecord:
        height = self._tip.height
        self._make_block(transactions)
        record = self.block(height)
        if record is None:
            raise RuntimeError(f"block {height} was made and is not there")
        return record
