"""Verification of a network's chain: every block is judged and executed again, from a trusted genesis on.

The replay is the application of a node, called as its engine calls it, over a scratch store. So what it
answers is what the engine must have stored, and what it stores is what the node must have.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from wattloom.chaincode.api.codec import MalformedRecord as MalformedState
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.installed import RULES, Rules
from wattloom.network.abci import abci_pb2 as abci
from wattloom.network.application import Application
from wattloom.network.chain.block import Block, Misbehaviour
from wattloom.network.chain.errors import ChainError, ChainRejected
from wattloom.network.chain.evidence import Offence, offences
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.params import ConsensusParams
from wattloom.network.chain.results import TxResult, results_hash
from wattloom.network.chain.timestamp import NS_PER_S
from wattloom.network.chain.tip import Tip
from wattloom.network.chain.verify import verify_block
from wattloom.network.cometbft.adapter import GenesisDiffers, LedgerApplication
from wattloom.network.cometbft.chain_reader import ChainReader, HeightMissing, SignedBlock
from wattloom.network.cometbft.inspecting import inspecting
from wattloom.network.cometbft.records import TABLES
from wattloom.network.cometbft.rpc import RpcClient
from wattloom.network.consortium.layout import NodeFolder
from wattloom.network.replay import (
    LedgerRejected,
    Progress,
    Verified,
    compare_stores,
    require_trusted,
    scratch_store,
)
from wattloom.network.state import Snapshot, Store
from wattloom.network.state.history import read_standing

KINDS = {
    Misbehaviour.DUPLICATE_VOTE: abci.MISBEHAVIOR_TYPE_DUPLICATE_VOTE,
    Misbehaviour.LIGHT_CLIENT_ATTACK: abci.MISBEHAVIOR_TYPE_LIGHT_CLIENT_ATTACK,
}


def audit_node(
    folder: NodeFolder,
    *,
    genesis_hash: bytes | None = None,
    rules: Rules = RULES,
    progress: Progress = lambda _done, _all: None,
) -> Verified:
    """Verify what stands in the folder of a node that does not run, or in a copy of it.

    Raises
    ------
    LedgerRejected : names the first difference
    HeightMissing : the node does not have the chain from its start: take an archive node
    NodeUnreadable, EngineMissing, FolderError : it cannot be read
    """
    genesis = folder.genesis()
    require_trusted(genesis, genesis_hash)
    with (
        inspecting(folder.engine_data_path, folder.genesis_path) as client,
        _stored_state(folder.state_path) as state,
    ):
        return _audit(ChainReader(client), genesis, state, rules, progress)


def audit_rpc(
    address: str,
    *,
    genesis_hash: bytes | None = None,
    rules: Rules = RULES,
    progress: Progress = lambda _done, _all: None,
) -> Verified:
    """Verify the chain that a running node's RPC gives, up to its last block when asked.

    Raises
    ------
    LedgerRejected : names the first difference
    HeightMissing : the node does not have the chain from its start: take an archive node
    RpcUnavailable : it does not answer
    """
    with RpcClient(address) as client:
        reader = ChainReader(client)
        genesis = reader.genesis()
        require_trusted(genesis, genesis_hash)
        return _audit(reader, genesis, None, rules, progress)


def _audit(
    reader: ChainReader, genesis: Genesis, state: Snapshot | None, rules: Rules, progress: Progress
) -> Verified:
    first, last = genesis.initial_height, reader.last_height()
    stored_height = _height_of(state)
    if stored_height > last:
        raise LedgerRejected(
            height=stored_height, what=f"the node has a state of it, but blocks to {last} only"
        )
    with scratch_store(TABLES) as scratch:
        replay = _Replay(genesis, scratch, rules)
        blocks = zip(reader.blocks(first, last), _results(reader, first, last), strict=True)
        for height in range(first, last + 1):
            with _telling(height):
                replay.follow(*next(blocks))
            if state is not None and height == stored_height:
                compare_stores(state, scratch, TABLES, height=height)
            progress(height, last)
    return Verified(
        chain_id=genesis.chain_id,
        genesis_hash=genesis.hash,
        height=last,
        transactions=replay.transactions,
        app_hash=replay.tip.app_hash,
        unseen=(*(() if state is not None else ("the node's own state",)), *replay.unseen),
    )


def _results(reader: ChainReader, first: int, last: int) -> Iterator[abci.ResponseFinalizeBlock | None]:
    """Read results; None for a last block that the node had stored and not executed when it was killed."""
    yield from reader.results(first, last - 1)
    try:
        yield next(reader.results(last, last))
    except HeightMissing:
        yield None


class _Replay:
    """The chain executed again, one height at a time."""

    def __init__(self, genesis: Genesis, scratch: Store, rules: Rules) -> None:
        application = Application(scratch, rules)
        self._node = LedgerApplication(application, scratch, genesis)
        try:
            self._node.init_chain(_init_request(genesis))
        except (GenesisDiffers, MalformedState, ChaincodeError) as error:
            raise LedgerRejected(height=0, what=f"genesis: {error}") from error
        info = application.info()  # the engine takes the version of the rules from the application
        params = msgspec.structs.replace(genesis.params, app_version=info.rules_version)
        self.tip = Tip.of_genesis(msgspec.structs.replace(genesis, params=params), app_hash=info.app_hash)
        self.transactions = 0
        self._has_events: bool | None = None

    @property
    def unseen(self) -> tuple[str, ...]:
        """What the node has not stored, so that nothing could be compared."""
        return ("events",) if self._has_events is False else ()

    def follow(self, signed: SignedBlock, stored: abci.ResponseFinalizeBlock | None) -> None:
        """Verify and execute one block; raise `LedgerRejected` or `ChainError`."""
        block, header = signed.block, signed.block.header
        verify_block(block, signed.block_id, signed.commit, self.tip)
        answer = self._node.finalize_block(_finalize_request(block))
        if stored is not None:
            self._compare(header.height, stored, answer)
        self._node.commit(abci.RequestCommit())
        updates = {each.pub_key.ed25519: each.power for each in answer.validator_updates}
        self.tip = self.tip.after(
            header,
            signed.block_id,
            app_hash=answer.app_hash,
            results_hash=results_hash(_hashed(each) for each in answer.tx_results),
            next_validators=self.tip.next_validators.updated(updates),
            params=_params_after(self.tip.params, answer.consensus_param_updates),
        )
        self.transactions += len(block.txs)

    def _compare(
        self, height: int, stored: abci.ResponseFinalizeBlock, again: abci.ResponseFinalizeBlock
    ) -> None:
        """Compare what the engine stored with the answer of executing it again, but for words in logs."""
        if len(stored.tx_results) != len(again.tx_results):
            what = f"{len(stored.tx_results)} results are stored for {len(again.tx_results)} transactions"
            raise LedgerRejected(height=height, what=what)
        if self._has_events is None and _events(again):  # the first that there are tell what the node keeps
            self._has_events = bool(_events(stored))
        for index, (found, wanted) in enumerate(zip(stored.tx_results, again.tx_results, strict=True)):
            if _agreed(found) != _agreed(wanted):
                what = f"transaction {index} has another result: executing it again gives {wanted.data!r}"
                raise LedgerRejected(height=height, what=what)
        if _events(stored) != (_events(again) if self._has_events else []):
            raise LedgerRejected(height=height, what="its events are not those of executing it again")
        if _changes(stored) != _changes(again):
            what = "state root, validators or parameters after it are not those of executing it again"
            raise LedgerRejected(height=height, what=what)


def _init_request(genesis: Genesis) -> abci.RequestInitChain:
    return abci.RequestInitChain(
        chain_id=genesis.chain_id,
        time=genesis.genesis_time.to_message(),
        validators=[
            abci.ValidatorUpdate(pub_key=abci.PublicKey(ed25519=each.public_key), power=each.power)
            for each in genesis.validator_set.validators
        ],
        app_state_bytes=genesis.app_state,
        initial_height=genesis.initial_height,
    )


def _finalize_request(block: Block) -> abci.RequestFinalizeBlock:
    header = block.header
    return abci.RequestFinalizeBlock(
        txs=block.txs,
        misbehavior=[_misbehaviour(found) for each in block.evidence for found in offences(each)],
        hash=header.hash,
        height=header.height,
        time=header.time.to_message(),
        next_validators_hash=header.next_validators_hash,
        proposer_address=header.proposer_address,
    )


def _misbehaviour(offence: Offence) -> abci.Misbehavior:
    return abci.Misbehavior(
        type=KINDS[offence.kind],
        validator=abci.Validator(address=offence.address, power=offence.power),
        height=offence.height,
        time=offence.time.to_message(),
        total_voting_power=offence.total_power,
    )


def _hashed(result: abci.ExecTxResult) -> TxResult:
    return TxResult(result.code, result.data, result.gas_wanted, result.gas_used)


def _agreed(result: abci.ExecTxResult) -> tuple[TxResult, str]:
    return _hashed(result), result.codespace


def _events(answer: abci.ResponseFinalizeBlock) -> list[list[abci.Event]]:
    """Return the block's own events and those of each transaction; nothing where there is none."""
    found = [list(answer.events), *(list(each.events) for each in answer.tx_results)]
    return found if any(found) else []


def _changes(answer: abci.ResponseFinalizeBlock) -> tuple[object, ...]:
    return answer.app_hash, list(answer.validator_updates), answer.consensus_param_updates


def _params_after(params: ConsensusParams, updates: abci.ConsensusParams) -> ConsensusParams:
    """Return the parameters of the next block; the parts that are not named stay as they are."""
    changes: dict[str, int] = {}
    if updates.HasField("block"):
        changes |= {"block_max_bytes": updates.block.max_bytes, "block_max_gas": updates.block.max_gas}
    if updates.HasField("evidence"):
        age = updates.evidence.max_age_duration
        changes |= {
            "evidence_max_age_blocks": updates.evidence.max_age_num_blocks,
            "evidence_max_age_ns": age.seconds * NS_PER_S + age.nanos,
            "evidence_max_bytes": updates.evidence.max_bytes,
        }
    if updates.HasField("version"):
        changes["app_version"] = updates.version.app
    return msgspec.structs.replace(params, **changes)


@contextmanager
def _telling(height: int) -> Iterator[None]:
    """Give every refusal of a block the height."""
    try:
        yield
    except HeightMissing:
        raise
    except ChainRejected as error:  # reading is a block ahead of replaying
        raise LedgerRejected(height=error.height, what=f"{error.what} [{error.code}]") from error
    except (ChainError, KeyError) as error:
        raise LedgerRejected(height=height, what=str(error)) from error


@contextmanager
def _stored_state(path: Path) -> Iterator[Snapshot | None]:
    """Give a view of a node's own state; None where the folder has none, as in a copy of the blocks alone."""
    with ExitStack() as stack:
        if not (path / "data.mdb").exists():
            yield None
            return
        store = stack.enter_context(Store(path, tables=TABLES, read_only=True))
        yield stack.enter_context(store.snapshot())


def _height_of(state: Snapshot | None) -> int:
    standing = None if state is None else read_standing(state)
    return 0 if standing is None else standing.height
