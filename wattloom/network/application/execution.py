"""Execution of one block over pending state: due timers, then the transactions, in order."""

from collections.abc import Mapping, Sequence

import structlog

from wattloom.chaincode.api.context import Block, Caller, Context, Position
from wattloom.chaincode.api.contract import Contract, Kind
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.api.execution import Outcome, Status, execute, refused, run_timers
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.api.timers import LEDGER
from wattloom.chaincode.registry.membership import MembershipRefusal
from wattloom.network.application.admission import Admission
from wattloom.network.application.records import Happened
from wattloom.network.application.seen import Seen, forget_passed, remember
from wattloom.network.transactions import SignedTransaction

log = structlog.get_logger(__name__)

Delivered = tuple[bytes, Outcome]
"""A transaction's id (empty where the bytes are no transaction) and what became of it."""


class BlockExecution:
    """Executes a block; every write goes to `overlay`, whatever is refused leaves none but its id."""

    def __init__(
        self, contracts: Mapping[str, Contract], admission: Admission, overlay: Overlay, block: Block
    ) -> None:
        self._contracts, self._admission = contracts, admission
        self._overlay, self._block = overlay, block
        self.events: list[Happened] = []

    def run(self, raws: Sequence[bytes]) -> list[Delivered]:
        """Run due timers and the transactions, and forget ids whose validity has passed."""
        self._run_timers()
        delivered = [self._deliver(index, raw) for index, raw in enumerate(raws)]
        forget_passed(self._overlay, block_time_s=self._block.time_s)
        return delivered

    def _run_timers(self) -> None:
        for due, outcome in run_timers(self._contracts, self._overlay, self._block):
            if outcome.status is not Status.OK:
                log.error(
                    "timer failed", function=due.function, height=self._block.height, reason=outcome.log
                )
            self._note(b"", outcome)

    def _deliver(self, index: int, raw: bytes) -> Delivered:
        try:
            tx = self._admission.read(raw)
        except ChaincodeError as error:
            return b"", refused(error)
        outcome = self._execute(index, tx)
        if outcome.status is Status.INTERNAL:
            log.error("contract bug", function=tx.function, tx_id=tx.tx_id.hex(), reason=outcome.log)
        self._note(tx.tx_id, outcome)
        return tx.tx_id, outcome

    def _execute(self, index: int, tx: SignedTransaction) -> Outcome:
        block, trial = self._block, Overlay(self._overlay)
        try:
            client = self._admission.judge(trial, tx, chain_id=block.chain_id, time_s=block.time_s)
        except MembershipRefusal as error:
            outcome = refused(error)  # who signed may be a member again; these bytes stay refused
            _remember(self._overlay, tx, outcome)
            return outcome
        except ChaincodeError as error:
            return refused(error)
        position = Position(height=block.height, index=index)
        ctx = context_of(trial, block, position, client.caller(), tx)
        outcome = execute(self._contracts, ctx, tx.function, tx.arguments, kind=Kind.TRANSACTION)
        _remember(trial, tx, outcome)
        trial.merge_into(self._overlay)
        return outcome

    def _note(self, tx_id: bytes, outcome: Outcome) -> None:
        self.events += [Happened(tx_id, event) for event in outcome.events]


def context_of(
    overlay: Overlay,
    block: Block,
    position: Position,
    caller: Caller,
    tx: SignedTransaction,
    *,
    read_only: bool = False,
) -> Context:
    """Return the context of a signed call; the contract is set when it is resolved."""
    return Context(
        contract=LEDGER,
        block=block,
        position=position,
        caller=caller,
        tx_id=tx.tx_id.hex(),
        overlay=overlay,
        read_only=read_only,
    )


def _remember(overlay: Overlay, tx: SignedTransaction, outcome: Outcome) -> None:
    seen = Seen(status=outcome.status, code=outcome.code)
    remember(overlay, seen, valid_until_s=tx.valid_until_s, tx_id=tx.tx_id)
