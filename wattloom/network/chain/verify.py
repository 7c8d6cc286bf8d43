"""Verification of blocks and commits: numbered steps, each of which raises."""

from wattloom.network.chain.block import Block, data_hash, evidence_hash, part_set_header
from wattloom.network.chain.commit import ABSENT, NO_COMMIT, Commit, CommitSig, Flag
from wattloom.network.chain.errors import ChainRejected, Fault
from wattloom.network.chain.header import BLOCK_VERSION, BlockID, Header
from wattloom.network.chain.tip import Tip, next_time
from wattloom.network.chain.validators import ValidatorSet


def verify_block(block: Block, block_id: BlockID, commit: Commit, tip: Tip) -> None:
    """Raise `ChainRejected` unless the block follows the tip and more than two thirds signed it.

    The transactions' own rules and the content of evidence are not judged here.
    Source: CometBFT v0.39, spec/core/data_structures.md and spec/consensus/bft-time.md.
    """
    header = block.header
    check_place(header, tip)  # (1) this chain, this height, on this last block
    check_agreed_state(header, tip)  # (2) state, results, parameters and validators as the tip has them
    check_content(block)  # (3) the header covers transactions, evidence and last commit
    check_proposer(header, tip.validators)  # (4) one of the validators proposed it
    check_block_id(block, block_id)  # (5) the id is this block's
    check_last_commit(block, tip)  # (6) the block before was signed
    check_time(block, tip)  # (7) the time is the last votes' median, and rises
    verify_commit(commit, block_id, header.height, tip.chain_id, tip.validators)  # (8) this block is signed


def verify_commit(
    commit: Commit, block_id: BlockID, height: int, chain_id: str, validators: ValidatorSet
) -> None:
    """Raise `ChainRejected` unless validators with more than two thirds of the power signed the block.

    Every signature is checked, those for no block included, so that no byte of a stored commit is free.
    """
    _equal(Fault.COMMIT_HEIGHT, height, "the commit's height", commit.height, height)  # (1) of this height
    if commit.block_id != block_id:  # (2) for this block
        raise ChainRejected(Fault.COMMIT_BLOCK_ID, height, "the commit is for another block")
    if len(commit.signatures) != len(validators.validators):  # (3) one entry per validator
        counted = f"{len(commit.signatures)} entries for {len(validators.validators)} validators"
        raise ChainRejected(Fault.COMMIT_SIZE, height, f"the commit has {counted}")
    signed_power = 0
    for entry, validator in zip(commit.signatures, validators.validators, strict=True):
        if entry.flag is Flag.ABSENT:
            _check_absent(entry, height)  # (4) nothing stands in an absent vote's place
            continue
        if entry.validator_address != validator.address:  # (5) in the set's order
            raise ChainRejected(Fault.COMMIT_VALIDATOR, height, "a vote stands in another validator's place")
        if not validator.signed(commit.sign_bytes(chain_id, entry), entry.signature):  # (6) validly signed
            raise ChainRejected(
                Fault.COMMIT_SIGNATURE, height, f"the signature of {validator.address.hex()} is wrong"
            )
        signed_power += validator.power if entry.flag is Flag.COMMIT else 0
    if 3 * signed_power <= 2 * validators.total_power:  # (7) by more than two thirds
        share = f"power {signed_power} of {validators.total_power}"
        raise ChainRejected(Fault.COMMIT_POWER, height, f"signed by {share}, needs more than two thirds")


def check_place(header: Header, tip: Tip) -> None:
    """Refuse a header of another chain, version or height, or on another block."""
    _equal(Fault.CHAIN_ID, tip.height, "chain_id", header.chain_id, tip.chain_id)
    versions = (header.block_version, header.app_version)
    _equal(Fault.VERSION, tip.height, "version", versions, (BLOCK_VERSION, tip.params.app_version))
    _equal(Fault.HEIGHT, tip.height, "height", header.height, tip.height)
    if header.last_block_id != tip.last_block_id:
        raise ChainRejected(Fault.LAST_BLOCK_ID, tip.height, "stands on another block")


def check_agreed_state(header: Header, tip: Tip) -> None:
    """Refuse a header that disagrees on state, results, parameters or validators."""
    height = header.height
    _equal_hash(Fault.APP_HASH, height, header.app_hash, tip.app_hash)
    _equal_hash(Fault.LAST_RESULTS_HASH, height, header.last_results_hash, tip.last_results_hash)
    _equal_hash(Fault.CONSENSUS_HASH, height, header.consensus_hash, tip.params.hash)
    _equal_hash(Fault.VALIDATORS_HASH, height, header.validators_hash, tip.validators.hash)
    _equal_hash(Fault.NEXT_VALIDATORS_HASH, height, header.next_validators_hash, tip.next_validators.hash)


def check_content(block: Block) -> None:
    """Refuse a block whose header does not cover what the block carries."""
    header = block.header
    _equal_hash(Fault.LAST_COMMIT_HASH, header.height, header.last_commit_hash, block.last_commit.hash)
    _equal_hash(Fault.DATA_HASH, header.height, header.data_hash, data_hash(block.txs))
    _equal_hash(Fault.EVIDENCE_HASH, header.height, header.evidence_hash, evidence_hash(block.evidence))


def check_proposer(header: Header, validators: ValidatorSet) -> None:
    """Refuse a proposer outside the set; whose turn it was depends on rounds that no block records."""
    if header.proposer_address not in validators.by_address:
        stranger = header.proposer_address.hex()
        raise ChainRejected(Fault.PROPOSER, header.height, f"proposer {stranger} is not a validator")


def check_block_id(block: Block, block_id: BlockID) -> None:
    """Refuse an id that is not computed from this block."""
    height = block.header.height
    if part_set_header(block.encode()) != block_id.parts:
        raise ChainRejected(Fault.PART_SET_HEADER, height, "the parts' root is not this block's")
    _equal_hash(Fault.BLOCK_HASH, height, block_id.hash, block.header.hash)


def check_last_commit(block: Block, tip: Tip) -> None:
    """Refuse a block without two thirds' signatures of the one before; the initial block carries none."""
    if not tip.is_initial:
        verify_commit(block.last_commit, tip.last_block_id, tip.height - 1, tip.chain_id, tip.last_validators)
    elif block.last_commit != NO_COMMIT:
        raise ChainRejected(Fault.COMMIT_SIZE, tip.height, "the initial block carries a last commit")


def check_time(block: Block, tip: Tip) -> None:
    """Refuse a time that does not rise, or is not the votes' median (in the initial block: genesis time)."""
    height, time = block.header.height, block.header.time
    expected = next_time(tip, block.last_commit)
    _equal(Fault.TIME, height, "time", time.to_rfc3339(), expected.to_rfc3339())
    if not tip.is_initial and time <= tip.last_time:
        raise ChainRejected(Fault.TIME, height, f"time {time.to_rfc3339()} is not after the last block's")


def _check_absent(entry: CommitSig, height: int) -> None:
    if entry != ABSENT:
        raise ChainRejected(Fault.COMMIT_VALIDATOR, height, "an absent vote carries data")


def _equal(code: Fault, height: int, field: str, found: object, expected: object) -> None:
    if found != expected:
        raise ChainRejected(code, height, f"{field} is {found}, expected {expected}")


def _equal_hash(code: Fault, height: int, found: bytes, expected: bytes) -> None:
    _equal(code, height, code.lower(), found.hex(), expected.hex())
