"""The tip of a verified chain: all that a next block is made from, and all that it is judged by."""

from collections.abc import Sequence

import msgspec

from wattloom.network.chain.block import Block, data_hash, evidence_hash
from wattloom.network.chain.commit import NO_COMMIT, Commit, median_time
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.header import NO_BLOCK, BlockID, Header
from wattloom.network.chain.merkle import EMPTY_ROOT
from wattloom.network.chain.params import ConsensusParams
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.validators import NO_VALIDATORS, ValidatorSet


class Tip(msgspec.Struct, frozen=True, kw_only=True):
    """What the chain so far demands of its next block.

    Attributes
    ----------
    height : of the next block
    last_time : of the last block; the genesis time before the initial one
    last_validators, validators, next_validators : who signed the last block, sign the next, the one after it
    app_hash, last_results_hash : after the last block; they stand in the next header
    """

    chain_id: str
    initial_height: int
    height: int
    last_block_id: BlockID
    last_time: Timestamp
    last_validators: ValidatorSet
    validators: ValidatorSet
    next_validators: ValidatorSet
    params: ConsensusParams
    app_hash: bytes
    last_results_hash: bytes

    @classmethod
    def of_genesis(cls, genesis: Genesis, *, app_hash: bytes) -> "Tip":
        """Start before the initial block; `app_hash` is the state root after genesis."""
        return cls(
            chain_id=genesis.chain_id,
            initial_height=genesis.initial_height,
            height=genesis.initial_height,
            last_block_id=NO_BLOCK,
            last_time=genesis.genesis_time,
            last_validators=NO_VALIDATORS,
            validators=genesis.validator_set,
            next_validators=genesis.validator_set,
            params=genesis.params,
            app_hash=app_hash,
            last_results_hash=EMPTY_ROOT,
        )

    @property
    def is_initial(self) -> bool:
        """Whether the next block is the chain's first."""
        return self.height == self.initial_height

    def after(
        self,
        header: Header,
        block_id: BlockID,
        *,
        app_hash: bytes,
        results_hash: bytes,
        next_validators: ValidatorSet | None = None,
        params: ConsensusParams | None = None,
    ) -> "Tip":
        """Move on over a verified block.

        `next_validators` are those that the block's execution leaves; they sign from the second block after
        it. `params` hold from the block after it. None leaves either as it was.
        """
        return msgspec.structs.replace(
            self,
            height=header.height + 1,
            last_block_id=block_id,
            last_time=header.time,
            last_validators=self.validators,
            validators=self.next_validators,
            next_validators=self.next_validators if next_validators is None else next_validators,
            params=self.params if params is None else params,
            app_hash=app_hash,
            last_results_hash=results_hash,
        )


def next_time(tip: Tip, last_commit: Commit) -> Timestamp:
    """Return the time of the next block: the last votes' median; the genesis time for the initial block."""
    return tip.last_time if tip.is_initial else median_time(last_commit, tip.last_validators)


def make_block(
    tip: Tip, txs: Sequence[bytes], proposer_address: bytes, last_commit: Commit = NO_COMMIT
) -> Block:
    """Make the next block; `last_commit` is the commit of the block before, none for the initial block."""
    header = Header(
        app_version=tip.params.app_version,
        chain_id=tip.chain_id,
        height=tip.height,
        time=next_time(tip, last_commit),
        last_block_id=tip.last_block_id,
        last_commit_hash=last_commit.hash,
        data_hash=data_hash(txs),
        validators_hash=tip.validators.hash,
        next_validators_hash=tip.next_validators.hash,
        consensus_hash=tip.params.hash,
        app_hash=tip.app_hash,
        last_results_hash=tip.last_results_hash,
        evidence_hash=evidence_hash(()),
        proposer_address=proposer_address,
    )
    return Block(header, tuple(txs), (), last_commit)
