"""Blocks: transactions under a header, their encoding, and the id that validators vote for."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from wattloom.network.chain import merkle
from wattloom.network.chain.commit import Commit
from wattloom.network.chain.encoding import parse, require_canonical, sha256
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.chain.header import BlockID, Header, PartSetHeader
from wattloom.network.wire import cometbft_pb2 as wire

PART_BYTES = 65_536
"""Size of the parts in which blocks travel. Source: CometBFT v0.39, `types.BlockPartSizeBytes`."""


class Misbehaviour(StrEnum):
    """What evidence shows a validator to have done."""

    DUPLICATE_VOTE = "duplicate_vote"
    LIGHT_CLIENT_ATTACK = "light_client_attack"


class Evidence(msgspec.Struct, frozen=True):
    """Evidence of misbehaviour, its content kept as the bytes that the evidence hash covers."""

    kind: Misbehaviour
    content: bytes


class Block(msgspec.Struct, frozen=True):
    """A header, the transactions it orders, evidence, and the commit of the block before."""

    header: Header
    txs: tuple[bytes, ...]
    evidence: tuple[Evidence, ...]
    last_commit: Commit

    def to_message(self) -> wire.Block:
        """Return the protobuf form."""
        found = [_evidence_message(each) for each in self.evidence]
        return wire.Block(
            header=self.header.to_message(),
            data=wire.Data(txs=self.txs),
            evidence=wire.EvidenceList(evidence=found),
            last_commit=self.last_commit.to_message(),
        )

    @classmethod
    def from_message(cls, message: wire.Block) -> "Block":
        """Read the protobuf form."""
        return cls(
            Header.from_message(message.header),
            tuple(message.data.txs),
            tuple(_evidence_record(each) for each in message.evidence.evidence),
            Commit.from_message(message.last_commit),
        )

    def encode(self) -> bytes:
        """Return the canonical bytes, those that the part-set header covers."""
        return self.to_message().SerializeToString()

    @classmethod
    def decode(cls, data: bytes) -> "Block":
        """Read canonical bytes, or raise `MalformedRecord`."""
        block = cls.from_message(parse(wire.Block, data))
        require_canonical(wire.Block, data, block.encode())
        return block


def block_id(header: Header, encoded_block: bytes) -> BlockID:
    """Return the id of a block from its header and its canonical bytes."""
    return BlockID(header.hash, part_set_header(encoded_block))


def part_set_header(encoded_block: bytes) -> PartSetHeader:
    """Cut an encoded block into parts and take the Merkle root over them."""
    parts = [encoded_block[start : start + PART_BYTES] for start in range(0, len(encoded_block), PART_BYTES)]
    return PartSetHeader(len(parts), merkle.root(parts))


def data_hash(txs: Sequence[bytes]) -> bytes:
    """Merkle root over the SHA-256 of each transaction."""
    return merkle.root([sha256(tx) for tx in txs])


def prove_tx(txs: Sequence[bytes], index: int) -> merkle.Proof:
    """Prove to a header's `data_hash` that a transaction is in the block; its leaf is its SHA-256."""
    return merkle.prove([merkle.leaf_hash(sha256(tx)) for tx in txs], index)


def evidence_hash(evidence: Sequence[Evidence]) -> bytes:
    """Merkle root over the evidence."""
    return merkle.root([each.content for each in evidence])


def _evidence_message(evidence: Evidence) -> wire.Evidence:
    if evidence.kind is Misbehaviour.DUPLICATE_VOTE:
        return wire.Evidence(duplicate_vote=evidence.content)
    return wire.Evidence(light_client_attack=evidence.content)


def _evidence_record(message: wire.Evidence) -> Evidence:
    match message.WhichOneof("sum"):
        case "duplicate_vote":
            return Evidence(Misbehaviour.DUPLICATE_VOTE, message.duplicate_vote)
        case "light_client_attack":
            return Evidence(Misbehaviour.LIGHT_CLIENT_ATTACK, message.light_client_attack)
    raise MalformedRecord("Evidence", "is of no known kind")
