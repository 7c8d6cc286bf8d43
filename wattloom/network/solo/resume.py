"""Where a ledger goes on: from its genesis, or from the last durable block."""

from wattloom.chaincode.api.codec import MalformedRecord, decode
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.genesis import GenesisState
from wattloom.network.application import Application
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import NO_COMMIT, Commit
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.results import TxResult, results_hash
from wattloom.network.chain.tip import Tip
from wattloom.network.origin import mark_origin, started_from
from wattloom.network.solo.blocks import read_block
from wattloom.network.solo.folder import LedgerFolderError
from wattloom.network.state import Store
from wattloom.network.wire import ledger_pb2


class GenesisStateRejected(LedgerFolderError):
    """The genesis document's `app_state` is not this application's."""


def start_application(store: Store, application: Application, genesis: Genesis) -> None:
    """Write the genesis state into an application that has none yet.

    Raises
    ------
    LedgerFolderError : it was started from another genesis, or this one's state is not the application's
    """
    origin = started_from(store)
    if origin is not None:
        _require_same_genesis(origin, genesis)
        return
    try:
        with store.batch() as batch:
            application.init_chain(
                chain_id=genesis.chain_id,
                time_s=genesis.genesis_time.seconds,
                app_state=decode(genesis.app_state, GenesisState),
                batch=batch,
            )
            mark_origin(batch, genesis.hash)
    except (MalformedRecord, ChaincodeError) as error:
        raise GenesisStateRejected(f"genesis: app_state: {error}") from error


def resume(store: Store, application: Application, genesis: Genesis) -> tuple[Tip, Commit, bool]:
    """Return the tip, the last block's commit, and whether a header still has to hold the newest root.

    Raises
    ------
    LedgerFolderError : the blocks are not of this genesis
    """
    start_application(store, application, genesis)
    info = application.info()
    if info.height == 0:
        return Tip.of_genesis(genesis, app_hash=info.app_hash), NO_COMMIT, True
    with store.snapshot() as snapshot:
        record = read_block(snapshot, info.height)
    if record is None:
        raise RuntimeError(f"the store has the state of height {info.height} without its block")
    block = Block.decode(record.block)
    tip = Tip(
        chain_id=genesis.chain_id,
        initial_height=genesis.initial_height,
        height=info.height + 1,
        last_block_id=block_id(block.header, record.block),
        last_time=block.header.time,
        last_validators=genesis.validator_set,
        validators=genesis.validator_set,
        next_validators=genesis.validator_set,
        params=genesis.params,
        app_hash=info.app_hash,
        last_results_hash=record_results_hash(record),
    )
    return tip, Commit.decode(record.commit), info.app_hash != block.header.app_hash


def _require_same_genesis(origin: bytes, genesis: Genesis) -> None:
    """Refuse to go on under another genesis: the block would be signed, stored, and of no chain."""
    if origin != genesis.hash:
        raise LedgerFolderError("genesis.json is not the one of the stored blocks: put theirs back")


def record_results_hash(record: ledger_pb2.BlockRecord) -> bytes:
    """Return the hash over a block's results, as the next header holds it."""
    return results_hash(TxResult(code=result.status, data=result.data) for result in record.results)
