import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain.golden import vectors
from wattloom.network.chain import merkle
from wattloom.network.chain.block import (
    Block,
    Evidence,
    Misbehaviour,
    block_id,
    data_hash,
    evidence_hash,
    prove_tx,
)
from wattloom.network.chain.commit import NO_COMMIT, Commit
from wattloom.network.chain.encoding import parse
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.chain.header import Header, PartSetHeader
from wattloom.network.wire import cometbft_pb2 as wire

CASES = vectors("blocks")


def golden_block(case):
    return Block(
        Header.decode(bytes.fromhex(case["header"])),
        tuple(bytes([i]) * size for i, size in enumerate(case["tx_sizes"])),
        tuple(
            Evidence(Misbehaviour.DUPLICATE_VOTE, each.duplicate_vote)
            for each in parse(wire.EvidenceList, bytes.fromhex(case["evidence"])).evidence
        ),
        Commit.decode(bytes.fromhex(case["last_commit"])),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["tx_sizes"]))
def test_encoding_and_hashes_are_those_of_cometbft(case):
    block = golden_block(case)
    encoded = block.encode()
    assert len(encoded) == case["encoded_bytes"]
    assert hashlib.sha256(encoded).hexdigest() == case["encoded_sha256"]
    assert data_hash(block.txs).hex() == case["data_hash"]
    assert evidence_hash(block.evidence).hex() == case["evidence_hash"]
    found = block_id(block.header, encoded)
    assert found.hash.hex() == case["hash"]
    assert found.parts == PartSetHeader(case["parts_total"], bytes.fromhex(case["parts_hash"]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["tx_sizes"]))
def test_a_block_is_read_as_it_was_written(case):
    assert Block.decode(golden_block(case).encode()) == golden_block(case)


def test_one_of_the_blocks_has_evidence_and_one_has_several_parts():
    assert any(golden_block(case).evidence for case in CASES)
    assert max(case["parts_total"] for case in CASES) > 2


def test_the_initial_block_carries_an_empty_commit():
    encoded = bytes.fromhex(vectors("initial_block"))
    block = Block.decode(encoded)
    assert block.last_commit == NO_COMMIT
    assert block.encode() == encoded


@given(st.data())
def test_a_flipped_bit_is_refused_or_changes_the_block_s_id(data):
    block = golden_block(CASES[2])
    encoded = block.encode()
    flipped = bytearray(encoded)
    flipped[data.draw(st.integers(0, len(flipped) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = Block.decode(bytes(flipped))
    except MalformedRecord:
        return
    assert read.encode() == bytes(flipped)
    assert block_id(read.header, read.encode()) != block_id(block.header, encoded)


def test_evidence_of_no_known_kind_is_refused():
    message = golden_block(CASES[0]).to_message()
    message.evidence.evidence.add()
    with pytest.raises(MalformedRecord, match="known kind"):
        Block.decode(message.SerializeToString())


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=9), st.data())
def test_each_transaction_is_proven_to_the_data_hash(txs, data):
    index = data.draw(st.integers(0, len(txs) - 1))
    merkle.verify(prove_tx(txs, index), data_hash(txs), hashlib.sha256(txs[index]).digest())
