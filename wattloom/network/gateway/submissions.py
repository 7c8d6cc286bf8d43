"""Transactions on their way into a block, and everybody who waits for them."""

import asyncio
from collections import Counter

from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.network.engine import Engine, EngineStopped, NewBlock
from wattloom.network.gateway.errors import Busy, MemberBusy, OutcomeUnknown
from wattloom.network.gateway.limits import Limits
from wattloom.network.refusals import TransactionExpired
from wattloom.network.transactions import SignedTransaction, decode
from wattloom.network.wire.gateway_pb2 import CommitStatusResponse, Committed

Answer = asyncio.Future[Committed]


class Submissions:
    """Checks, orders and waits; lives on the gateway's loop, and `settle` is called there once per block.

    Answers go by transaction id: whoever sends the same transaction again joins the waiting, or reads what is
    recorded. A wait that is abandoned leaves the transaction ordered.
    """

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._pending: dict[bytes, SignedTransaction] = {}
        self._places_taken: Counter[bytes] = Counter()
        self._waiting: dict[bytes, list[Answer]] = {}
        self._block_time_s = 0

    def __len__(self) -> int:
        return len(self._pending)

    def submit(self, raw: bytes) -> Answer:
        """Return what will hold a transaction's place and result once its block is durable.

        To cancel it is to wait no more; the transaction stays ordered.

        Raises
        ------
        ChaincodeError : refused before it was ordered
        Busy, MemberBusy, engine.Busy, EngineStopped : nothing was taken

        The answer raises ChaincodeError where no block can hold the transaction any more, and OutcomeUnknown
        where the engine stopped in the meantime.
        """
        try:
            tx = self._engine.check(raw)
        except ChaincodeError as refusal:
            return self._known(raw, refusal)
        if tx.tx_id not in self._pending:
            self._take(tx)
        return self._answer(tx.tx_id)

    async def status(self, tx_id: bytes, *, wait_s: float) -> CommitStatusResponse:
        """Tell what became of a transaction, after waiting for it if it is not there yet."""
        if wait_s and self._engine.committed(tx_id) is None:
            try:
                async with asyncio.timeout(wait_s):
                    await self._answer(tx_id)
            except (TimeoutError, ChaincodeError):
                pass  # the state below says the rest
        # Time first: "unknown" at a time past its validity then means that no block ever holds it.
        _, time_s = self._engine.latest()
        committed = self._engine.committed(tx_id)
        state = CommitStatusResponse.STATE_UNKNOWN
        if committed is not None:
            state = CommitStatusResponse.STATE_COMMITTED
        elif tx_id in self._pending:
            state = CommitStatusResponse.STATE_PENDING
        return CommitStatusResponse(state=state, committed=committed, latest_block_time_s=time_s)

    def settle(self, block: NewBlock) -> None:
        """Answer everybody who waits for a transaction of this block."""
        for index, result in enumerate(block.record.results):
            self._release(result.tx_id)
            waiting = self._waiting.pop(result.tx_id, ())
            if waiting:
                committed = Committed(
                    tx_id=result.tx_id,
                    height=block.height,
                    index=index,
                    status=result.status,
                    data=result.data,
                    block_time_s=block.time_s,
                    sentence=block.sentences.get(result.tx_id, ""),
                )
                for answer in waiting:
                    _resolve(answer, committed)
        for tx_id, refusal in block.dropped.items():
            self._give_up(tx_id, refusal)
        if block.time_s != self._block_time_s:
            self._block_time_s = block.time_s
            self._expire(block.time_s)

    def fail(self) -> None:
        """Tell everybody who waits that the engine stopped."""
        for tx_id in list(self._waiting):
            for answer in self._waiting.pop(tx_id):
                _resolve(answer, OutcomeUnknown())
        self._pending.clear()
        self._places_taken.clear()

    def _take(self, tx: SignedTransaction) -> None:
        if len(self._pending) >= self._limits.pending:
            raise Busy
        if self._places_taken[tx.creator] >= self._limits.pending_per_member:
            raise MemberBusy(limit=self._limits.pending_per_member)
        try:
            self._engine.order(tx)
        except EngineStopped:
            self.fail()
            raise
        self._pending[tx.tx_id] = tx
        self._places_taken[tx.creator] += 1

    def _known(self, raw: bytes, refusal: ChaincodeError) -> Answer:
        """Answer for a refused transaction that is on its way or recorded all the same, else raise."""
        try:
            tx_id = decode(raw).tx_id
        except ChaincodeError:
            raise refusal from None
        if tx_id in self._pending:
            return self._answer(tx_id)
        recorded = self._engine.committed(tx_id)
        if recorded is None:
            raise refusal
        answer: Answer = self._loop.create_future()
        answer.set_result(recorded)
        return answer

    def _answer(self, tx_id: bytes) -> Answer:
        answer: Answer = self._loop.create_future()
        self._waiting.setdefault(tx_id, []).append(answer)
        answer.add_done_callback(lambda done: self._abandon(tx_id, done) if done.cancelled() else None)
        return answer

    def _abandon(self, tx_id: bytes, answer: Answer) -> None:
        waiting = self._waiting.get(tx_id, [])
        if answer in waiting:
            waiting.remove(answer)
        if not waiting:
            self._waiting.pop(tx_id, None)

    def _release(self, tx_id: bytes) -> None:
        tx = self._pending.pop(tx_id, None)
        if tx is None:
            return
        self._places_taken[tx.creator] -= 1
        if not self._places_taken[tx.creator]:
            del self._places_taken[tx.creator]

    def _give_up(self, tx_id: bytes, refusal: ChaincodeError) -> None:
        self._release(tx_id)
        for answer in self._waiting.pop(tx_id, ()):
            _resolve(answer, self._engine.committed(tx_id) or refusal)

    def _expire(self, time_s: int) -> None:
        """Give up what no block can hold any more and the engine has not spoken of."""
        expired = [tx for tx in self._pending.values() if tx.valid_until_s < time_s]
        for tx in expired:
            self._give_up(tx.tx_id, TransactionExpired(valid_until_s=tx.valid_until_s, block_time_s=time_s))


def _resolve(answer: Answer, outcome: Committed | Exception) -> None:
    if answer.done():
        return
    if isinstance(outcome, Committed):
        answer.set_result(outcome)
    else:
        answer.set_exception(outcome)
