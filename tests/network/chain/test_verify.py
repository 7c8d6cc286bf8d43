import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain import sample_chain
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import ABSENT, Commit
from wattloom.network.chain.encoding import sha256
from wattloom.network.chain.errors import ChainError, ChainRejected, Fault
from wattloom.network.chain.header import NO_BLOCK, BlockID, PartSetHeader
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.validators import ValidatorSet
from wattloom.network.chain.verify import verify_block, verify_commit

NETWORK = sample_chain.network_chain()
OTHER_ID = BlockID(sha256(b"other"), PartSetHeader(1, sha256(b"parts")))


@pytest.mark.parametrize("make", [sample_chain.solo_chain, sample_chain.network_chain])
def test_a_sound_chain_is_verified_from_its_genesis(make):
    chain = make()
    for block, made_id, commit, tip in zip(
        chain.blocks, chain.ids, chain.commits, chain.tips[:-1], strict=True
    ):
        verify_block(block, made_id, commit, tip)


def _resigned(block, tip):
    """The altered block as its validators would sign it, so that one rule alone is broken."""
    made_id = block_id(block.header, block.encode())
    return block, made_id, sample_chain.sign(tip, block, made_id, "cccc"), tip


def _with_header(i, **changes):
    block = NETWORK.blocks[i]
    return msgspec.structs.replace(block, header=msgspec.structs.replace(block.header, **changes))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chain_id": "other"}, Fault.CHAIN_ID),
        ({"block_version": 10}, Fault.VERSION),
        ({"app_version": 4}, Fault.VERSION),
        ({"height": 3}, Fault.HEIGHT),
        ({"last_block_id": OTHER_ID}, Fault.LAST_BLOCK_ID),
        ({"app_hash": b"\x01" * 32}, Fault.APP_HASH),
        ({"last_results_hash": b"\x01" * 32}, Fault.LAST_RESULTS_HASH),
        ({"consensus_hash": b"\x01" * 32}, Fault.CONSENSUS_HASH),
        ({"validators_hash": b"\x01" * 32}, Fault.VALIDATORS_HASH),
        ({"next_validators_hash": b"\x01" * 32}, Fault.NEXT_VALIDATORS_HASH),
        ({"last_commit_hash": b"\x01" * 32}, Fault.LAST_COMMIT_HASH),
        ({"data_hash": b"\x01" * 32}, Fault.DATA_HASH),
        ({"evidence_hash": b"\x01" * 32}, Fault.EVIDENCE_HASH),
        ({"proposer_address": b"\x01" * 20}, Fault.PROPOSER),
        ({"time": Timestamp(1, 1)}, Fault.TIME),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused_though_all_sign_it(change, code):
    case = _resigned(_with_header(1, **change), NETWORK.tips[1])
    with pytest.raises(ChainRejected) as rejection:
        verify_block(*case)
    assert (rejection.value.code, rejection.value.height) == (code, 2)


def test_a_time_that_stands_still_is_refused():
    tip = msgspec.structs.replace(NETWORK.tips[1], last_time=NETWORK.blocks[1].header.time)
    case = _resigned(NETWORK.blocks[1], tip)
    with pytest.raises(ChainRejected, match="not after") as rejection:
        verify_block(*case)
    assert rejection.value.code is Fault.TIME


def test_a_time_that_rises_but_is_not_the_votes_median_is_refused():
    later = Timestamp.of_ns(NETWORK.blocks[1].header.time.ns + 1)
    case = _resigned(_with_header(1, time=later), NETWORK.tips[1])
    with pytest.raises(ChainRejected, match="expected") as rejection:
        verify_block(*case)
    assert rejection.value.code is Fault.TIME


def test_the_initial_block_has_the_genesis_time():
    case = _resigned(_with_header(0, time=Timestamp(1, 1)), NETWORK.tips[0])
    with pytest.raises(ChainRejected) as rejection:
        verify_block(*case)
    assert rejection.value.code is Fault.TIME


def test_an_initial_block_with_a_commit_before_it_is_refused():
    stray = Commit(0, 0, NO_BLOCK, (ABSENT,))
    block = _with_header(0, last_commit_hash=stray.hash)
    case = _resigned(msgspec.structs.replace(block, last_commit=stray), NETWORK.tips[0])
    with pytest.raises(ChainRejected, match="initial block"):
        verify_block(*case)


@pytest.mark.parametrize(
    ("made_id", "code"),
    [
        (BlockID(NETWORK.ids[1].hash, PartSetHeader(2, NETWORK.ids[1].parts.hash)), Fault.PART_SET_HEADER),
        (BlockID(sha256(b"other"), NETWORK.ids[1].parts), Fault.BLOCK_HASH),
    ],
)
def test_an_id_of_another_block_is_refused(made_id, code):
    with pytest.raises(ChainRejected) as rejection:
        verify_block(NETWORK.blocks[1], made_id, NETWORK.commits[1], NETWORK.tips[1])
    assert rejection.value.code is code


def test_a_swapped_last_commit_is_refused_though_the_header_covers_it():
    weak = sample_chain.sign(NETWORK.tips[0], NETWORK.blocks[0], NETWORK.ids[0], "c-c-")
    block = _with_header(1, last_commit_hash=weak.hash)
    case = _resigned(msgspec.structs.replace(block, last_commit=weak), NETWORK.tips[1])
    with pytest.raises(ChainRejected) as rejection:
        verify_block(*case)
    assert (rejection.value.code, rejection.value.height) == (Fault.COMMIT_POWER, 1)


@pytest.mark.parametrize(
    ("votes", "enough"), [("cccc", True), ("ccc-", True), ("c-cc", True), ("cc--", False), ("c-c-", False),
                          ("ccnn", False), ("nnnn", False), ("----", False), ("-ccc", False)]
)  # fmt: skip
def test_more_than_two_thirds_of_the_power_must_sign(votes, enough):
    tip, block, made_id = NETWORK.tips[0], NETWORK.blocks[0], NETWORK.ids[0]
    commit = sample_chain.sign(tip, block, made_id, votes)  # powers 4, 3, 3, 2 of 12
    if enough:
        verify_commit(commit, made_id, 1, tip.chain_id, tip.validators)
        return
    with pytest.raises(ChainRejected, match="more than two thirds") as rejection:
        verify_commit(commit, made_id, 1, tip.chain_id, tip.validators)
    assert rejection.value.code is Fault.COMMIT_POWER


def test_exactly_two_thirds_are_not_enough():
    tip = msgspec.structs.replace(
        NETWORK.tips[3],
        validators=ValidatorSet.of(NETWORK.tips[3].validators.validators[:3]),
    )
    commit = sample_chain.sign(tip, NETWORK.blocks[3], NETWORK.ids[3], "cc-")  # powers 5, 5, 5
    with pytest.raises(ChainRejected, match="power 10 of 15"):
        verify_commit(commit, NETWORK.ids[3], tip.height, tip.chain_id, tip.validators)


def _entries(**changes):
    first, *rest = NETWORK.commits[0].signatures
    return (msgspec.structs.replace(first, **changes), *rest)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"height": 2}, Fault.COMMIT_HEIGHT),
        ({"round": 1}, Fault.COMMIT_SIGNATURE),
        ({"block_id": OTHER_ID}, Fault.COMMIT_BLOCK_ID),
        ({"signatures": NETWORK.commits[0].signatures[:3]}, Fault.COMMIT_SIZE),
        ({"signatures": NETWORK.commits[0].signatures[::-1]}, Fault.COMMIT_VALIDATOR),
        ({"signatures": _entries(timestamp=Timestamp(1, 1))}, Fault.COMMIT_SIGNATURE),
        ({"signatures": _entries(signature=b"\x01" * 64)}, Fault.COMMIT_SIGNATURE),
        ({"signatures": _entries(flag=ABSENT.flag)}, Fault.COMMIT_VALIDATOR),
    ],
)
def test_a_commit_that_breaks_a_rule_is_refused(change, code):
    commit, tip = msgspec.structs.replace(NETWORK.commits[0], **change), NETWORK.tips[0]
    with pytest.raises(ChainRejected) as rejection:
        verify_commit(commit, NETWORK.ids[0], 1, tip.chain_id, tip.validators)
    assert rejection.value.code is code


def test_a_commit_does_not_serve_another_chain():
    tip = NETWORK.tips[0]
    with pytest.raises(ChainRejected) as rejection:
        verify_commit(NETWORK.commits[0], NETWORK.ids[0], 1, "other", tip.validators)
    assert rejection.value.code is Fault.COMMIT_SIGNATURE


def _flip(data, position, bit):
    flipped = bytearray(data)
    flipped[position % len(data)] ^= 1 << bit
    return bytes(flipped)


@pytest.mark.parametrize("i", [0, 2, 3])
def test_every_flipped_byte_of_a_commit_is_refused(i):
    encoded, tip = (
        NETWORK.commits[i].encode(),
        NETWORK.tips[i],
    )  # all signed; a vote for nothing; an absent one
    for position in range(len(encoded)):
        with pytest.raises(ChainError):
            verify_commit(
                Commit.decode(_flip(encoded, position, position % 8)),
                NETWORK.ids[i], tip.height, tip.chain_id, tip.validators,
            )  # fmt: skip


def test_every_flipped_byte_of_a_block_is_refused():
    encoded, tip = NETWORK.blocks[1].encode(), NETWORK.tips[1]
    for position in range(len(encoded)):
        with pytest.raises(ChainError):
            verify_block(
                Block.decode(_flip(encoded, position, position % 8)), NETWORK.ids[1], NETWORK.commits[1], tip
            )


@given(st.integers(min_value=0), st.integers(0, 7))
def test_a_flipped_bit_of_a_large_block_is_refused(position, bit):
    encoded, tip = NETWORK.blocks[3].encode(), NETWORK.tips[3]
    with pytest.raises(ChainError):
        verify_block(Block.decode(_flip(encoded, position, bit)), NETWORK.ids[3], NETWORK.commits[3], tip)
