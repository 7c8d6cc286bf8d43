"""Every conversation of the client, from what the caller wants to what the caller gets."""

import time
from typing import TypeVar

from wattloom.chaincode.registry.errors import UnknownCreator
from wattloom.network.client import _records as records
from wattloom.network.client._budget import Budget
from wattloom.network.client._records import Description, Receipt, TransactionStatus
from wattloom.network.client._signing import Arguments, Clock, sign_offline
from wattloom.network.client._steps import Steps, ask, submit
from wattloom.network.client.errors import CommitUnknown, NotAnswered, NotSubmitted, Refused
from wattloom.network.refusals import LedgerRefusal
from wattloom.network.transactions import SignedTransaction, Signer, decode
from wattloom.network.wire import gateway_pb2 as wire

T = TypeVar("T")
MAX_WAIT_S = 30.0


class Talk:
    """One member's conversations with a ledger; keeps what was learned: the chain, and who is known there.

    A certificate travels with the first transactions until one has committed, and with queries only after the
    ledger has asked for it. Plain flags do under many threads: at worst a certificate is sent once too often.
    """

    def __init__(
        self,
        identity: Signer | None,
        *,
        chain_id: str | None,
        patience_s: float,
        gateways: int,
        clock: Clock,
    ) -> None:
        self._identity = identity
        self._chain_id = chain_id
        self._patience_s = patience_s
        self._gateways = gateways
        self._clock = clock
        self._introduces = {wire.SubmitRequest: True, wire.EvaluateRequest: False}

    def budget(self) -> Budget:
        """Return the patience of a new call."""
        return Budget(self._patience_s, gateways=self._gateways)

    def submit(
        self, function: str, arguments: Arguments, result_type: type[T] | None, valid_for_s: int
    ) -> Steps[Receipt[T | None]]:
        """Sign, send, and return the receipt."""
        budget = self.budget()
        introduces = self._introduces[wire.SubmitRequest]
        try:
            tx = yield from self._signed(function, arguments, valid_for_s, introduce=introduces)
        except NotAnswered as error:
            raise NotSubmitted(str(error)) from error
        try:
            committed = yield from submit(tx, budget)
        except Refused as refused:
            if introduces or refused.code != UnknownCreator.code:
                raise
            self._introduces[wire.SubmitRequest] = True
            tx = yield from self._signed(function, arguments, valid_for_s, introduce=True)
            committed = yield from submit(tx, budget)
        self._introduces = dict.fromkeys(self._introduces, False)
        return records.receipt(committed, result_type)

    def send(self, raw: bytes, result_type: type[T] | None) -> Steps[Receipt[T | None]]:
        """Send a transaction that was signed elsewhere."""
        try:
            tx = decode(raw)
        except LedgerRefusal as refusal:
            raise Refused(refusal.code, refusal.details, str(refusal)) from refusal
        committed = yield from submit(tx, self.budget())
        return records.receipt(committed, result_type)

    def evaluate(self, function: str, arguments: Arguments, result_type: type[T]) -> Steps[T]:
        """Sign a query, ask it, and return its result."""
        budget = self.budget()
        introduces = self._introduces[wire.EvaluateRequest]
        try:
            data = yield from self._evaluate(function, arguments, budget, introduce=introduces)
        except Refused as refused:
            if introduces or refused.code != UnknownCreator.code:
                raise
            self._introduces[wire.EvaluateRequest] = True
            data = yield from self._evaluate(function, arguments, budget, introduce=True)
        return records.read(data, result_type)

    def status(self, tx_id: str, wait_s: float) -> Steps[TransactionStatus]:
        """Ask what became of a transaction."""
        response = yield from self._ask_status(bytes.fromhex(tx_id), wait_s, self.budget())
        return records.transaction_status(response)

    def resolve(self, unknown: CommitUnknown, result_type: type[T] | None) -> Steps[Receipt[T | None]]:
        """Ask until a transaction's end is known, or patience ends.

        Raises
        ------
        Refused : a block records its refusal
        NotSubmitted : a block's time has passed its validity without it, so that no block ever holds it
        CommitUnknown : still
        """
        ends_s = time.monotonic() + self._patience_s
        while True:
            wait_s = min(max(ends_s - time.monotonic(), 0.0), 1.0)
            response = yield from self._ask_status(bytes.fromhex(unknown.tx_id), wait_s, self.budget())
            if response.state == wire.CommitStatusResponse.STATE_COMMITTED:
                return records.receipt(response.committed, result_type)
            if response.latest_block_time_s > unknown.valid_until_s:
                raise NotSubmitted(f"no block holds {unknown.tx_id}, and none will: its validity has passed")
            if wait_s == 0.0:
                raise unknown

    def describe(self) -> Steps[Description]:
        """Ask what ledger this is."""
        found = yield from ask("Describe", wire.DescribeRequest(), wire.DescribeResponse, self.budget())
        return records.description(found)

    def prove(self, contract: str, key: str, height: int) -> Steps[wire.ProveResponse]:
        """Ask for a value with its proof."""
        request = wire.ProveRequest(contract=contract, key=key, height=height)
        return (yield from ask("Prove", request, wire.ProveResponse, self.budget()))

    def chain_id(self) -> Steps[str]:
        """Return the ledger's chain id, as given or as the first gateway told it."""
        if self._chain_id is None:
            found = yield from ask("Describe", wire.DescribeRequest(), wire.DescribeResponse, self.budget())
            self._chain_id = found.chain_id
        return self._chain_id

    def next_height(self) -> Steps[int]:
        """Return the height of the next block."""
        found = yield from ask("Describe", wire.DescribeRequest(), wire.DescribeResponse, self.budget())
        return found.height + 1

    def _evaluate(
        self, function: str, arguments: Arguments, budget: Budget, *, introduce: bool
    ) -> Steps[bytes]:
        query = yield from self._signed(function, arguments, 60, introduce=introduce)
        request = wire.EvaluateRequest(transaction=query.raw)
        found = yield from ask("Evaluate", request, wire.EvaluateResponse, budget)
        return found.data

    def _ask_status(self, tx_id: bytes, wait_s: float, budget: Budget) -> Steps[wire.CommitStatusResponse]:
        wait_s = min(wait_s, MAX_WAIT_S)
        request = wire.CommitStatusRequest(tx_id=tx_id, wait_ms=int(wait_s * 1_000))
        return (yield from ask("CommitStatus", request, wire.CommitStatusResponse, budget, wait_s=wait_s))

    def _signed(
        self, function: str, arguments: Arguments, valid_for_s: int, *, introduce: bool
    ) -> Steps[SignedTransaction]:
        if self._identity is None:
            raise NotSubmitted(
                "this client has no identity to sign with: connect with one, or `send` signed bytes"
            )
        chain_id = yield from self.chain_id()
        try:
            return sign_offline(
                self._identity,
                chain_id=chain_id,
                function=function,
                arguments=arguments,
                valid_for_s=valid_for_s,
                introduce=introduce,
                clock=self._clock,
            )
        except LedgerRefusal as refusal:
            raise Refused(refusal.code, refusal.details, str(refusal)) from refusal
