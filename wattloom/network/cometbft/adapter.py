"""Our application as a stock node calls it: ABCI 2.0's messages on one side, plain values on the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version

import structlog

from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.api.execution import refused
from wattloom.chaincode.genesis import GenesisState
from wattloom.chaincode.governance.consensus import Misbehaviour, Offence
from wattloom.network.abci import AbciApplication
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.application import Application, BlockToExecute, Executed
from wattloom.network.chain.genesis import Genesis
from wattloom.network.cometbft import records
from wattloom.network.cometbft.queries import answer_query
from wattloom.network.cometbft.results import finalized
from wattloom.network.engine import NewBlock
from wattloom.network.origin import mark_origin, started_from
from wattloom.network.state import Batch, Store
from wattloom.network.wire.ledger_pb2 import BlockRecord

TX_FRAMING_BYTES = 6
"""What CometBFT counts for a transaction in a block beside its bytes, at most: field number and length."""

log = structlog.get_logger(__name__)


class GenesisDiffers(Exception):
    """The engine starts from another genesis document than the one in the node's folder."""


@dataclass(frozen=True, slots=True)
class _Finalized:
    height: int
    executed: Executed
    record: BlockRecord


class LedgerApplication(AbciApplication):
    """The application of one node.

    Parameters
    ----------
    indexes_events : whether results carry events, which the engine then stores and indexes
    announce : hears of each block once it is committed, in the thread of the consensus connection
    """

    def __init__(
        self,
        application: Application,
        store: Store,
        genesis: Genesis,
        *,
        indexes_events: bool = True,
        announce: Callable[[NewBlock], None] = lambda _: None,
    ) -> None:
        self._application = application
        self._store = store
        self._genesis = genesis
        self._indexes_events = indexes_events
        self._announce = announce
        self._finalized: _Finalized | None = None

    def info(self, request: wire.RequestInfo) -> wire.ResponseInfo:
        """Tell where the application stands."""
        info = self._application.info()
        return wire.ResponseInfo(
            data="wattloom",
            version=version("wattloom"),
            app_version=info.rules_version,
            last_block_height=info.height,
            last_block_app_hash=info.app_hash if info.height else b"",
        )

    def init_chain(self, request: wire.RequestInitChain) -> wire.ResponseInitChain:
        """Write the genesis state; after a crash before the first block the engine asks again."""
        state = decode(self._genesis.app_state, GenesisState)
        self._require_same_genesis(request, state)
        if started_from(self._store) is None:
            with self._store.batch() as batch:
                self._application.init_chain(
                    chain_id=request.chain_id, time_s=request.time.seconds, app_state=state, batch=batch
                )
                mark_origin(batch, self._genesis.hash)
        return wire.ResponseInitChain(app_hash=self._application.info().app_hash)

    def query(self, request: wire.RequestQuery) -> wire.ResponseQuery:
        """Answer the engine's and foreign clients' reading."""
        return answer_query(self._application, request)

    def check_tx(self, request: wire.RequestCheckTx) -> wire.ResponseCheckTx:
        """Judge a transaction against committed state."""
        try:
            self._application.check(request.tx)
        except ChaincodeError as refusal:
            outcome = refused(refusal)
            return wire.ResponseCheckTx(
                code=outcome.status, data=outcome.data, log=outcome.log, codespace=outcome.code
            )
        return wire.ResponseCheckTx()

    def prepare_proposal(self, request: wire.RequestPrepareProposal) -> wire.ResponsePrepareProposal:
        """Choose what the proposal holds."""
        room_bytes = request.max_tx_bytes - TX_FRAMING_BYTES * len(request.txs)
        chosen, _ = self._application.prepare(request.txs, time_s=request.time.seconds, max_bytes=room_bytes)
        return wire.ResponsePrepareProposal(txs=chosen)

    def process_proposal(self, request: wire.RequestProcessProposal) -> wire.ResponseProcessProposal:
        """Refuse a proposal that an honest proposer would not have made."""
        refusal = self._application.process(request.txs, time_s=request.time.seconds)
        status = wire.ResponseProcessProposal.PROPOSAL_STATUS_ACCEPT
        if refusal is not None:
            status = wire.ResponseProcessProposal.PROPOSAL_STATUS_REJECT
            log.warning(
                "proposal refused",
                height=request.height,
                proposer=request.proposer_address.hex(),
                code=refusal.code,
                reason=str(refusal),
            )
        return wire.ResponseProcessProposal(status=status)

    def finalize_block(self, request: wire.RequestFinalizeBlock) -> wire.ResponseFinalizeBlock:
        """Execute a decided block."""
        block = BlockToExecute(
            height=request.height,
            time_s=request.time.seconds,
            hash=request.hash,
            transactions=request.txs,
            misbehaviour=_misbehaviour(request.misbehavior),
        )
        rules_before = self._application.info().rules_version
        executed = self._application.finalize(block)
        self._finalized = _Finalized(request.height, executed, records.make_record(block, executed))
        return finalized(executed, rules_before=rules_before, with_events=self._indexes_events)

    def commit(self, request: wire.RequestCommit) -> wire.ResponseCommit:
        """Make the block's state durable, and tell whoever follows."""
        done = self._finalized
        if done is None:
            raise RuntimeError("commit without a finalized block")
        with self._store.batch() as batch:
            self._application.commit(batch)
            records.write(batch, done.height, done.record)
            retained = self.forget(batch, done.height)
        self._finalized = None
        self.after_commit(done.height)
        self._announce(NewBlock.of(done.height, done.record.time_s, done.record, done.executed))
        return wire.ResponseCommit(retain_height=retained)

    def forget(self, batch: Batch, height: int) -> int:
        """Drop what nobody needs after this height; return below which height the engine may, 0 for none."""
        return 0

    def after_commit(self, height: int) -> None:
        """Do what follows once a height is durable."""

    def _require_same_genesis(self, request: wire.RequestInitChain, state: GenesisState) -> None:
        """Refuse an engine that was given another genesis, or a genesis whose validators have no seats."""
        if request.chain_id != self._genesis.chain_id:
            chains = f"{request.chain_id!r}, not {self._genesis.chain_id!r}"
            raise GenesisDiffers(f"the engine's chain is {chains}")
        if decode(request.app_state_bytes, GenesisState) != state:
            raise GenesisDiffers("the engine's genesis has another app_state")
        seats = {seat.public_key for seat in state.validators}
        if seats != {update.pub_key.ed25519 for update in request.validators}:
            raise GenesisDiffers("the genesis names other validators than its app_state has seats for")


def _misbehaviour(found: Iterable[wire.Misbehavior]) -> list[Misbehaviour]:
    kinds = {
        wire.MISBEHAVIOR_TYPE_DUPLICATE_VOTE: Offence.DUPLICATE_VOTE,
        wire.MISBEHAVIOR_TYPE_LIGHT_CLIENT_ATTACK: Offence.LIGHT_CLIENT_ATTACK,
    }
    return [
        Misbehaviour(
            kind=kinds[each.type],
            address=each.validator.address,
            height=each.height,
            time_s=each.time.seconds,
            total_power=each.total_voting_power,
        )
        for each in found
    ]
