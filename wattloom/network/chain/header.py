"""Block ids and headers, and the hash that stands for a block."""

from functools import cached_property

import msgspec

from wattloom.network.chain import merkle
from wattloom.network.chain.encoding import length_prefixed, parse, require_canonical, uvarint
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.wire import cometbft_pb2 as wire

BLOCK_VERSION = 11
"""Version of the block form. Source: CometBFT v0.39, `version.BlockProtocol`."""


class PartSetHeader(msgspec.Struct, frozen=True):
    """Number of 64 KiB parts of an encoded block, and the Merkle root over them."""

    total: int = 0
    hash: bytes = b""


class BlockID(msgspec.Struct, frozen=True):
    """What a vote names: the header's hash and the parts of the whole block."""

    hash: bytes = b""
    parts: PartSetHeader = PartSetHeader()

    def to_message(self) -> wire.BlockID:
        """Return the protobuf form."""
        parts = wire.PartSetHeader(total=self.parts.total, hash=self.parts.hash)
        return wire.BlockID(hash=self.hash, part_set_header=parts)

    @classmethod
    def from_message(cls, message: wire.BlockID) -> "BlockID":
        """Read the protobuf form."""
        parts = message.part_set_header
        return cls(message.hash, PartSetHeader(parts.total, parts.hash))


NO_BLOCK = BlockID()
"""What comes before the initial block, and what a vote for nothing names."""


class Header(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A block's header.

    Attributes
    ----------
    app_version : version of the application's rules
    time : median of the last commit's votes; the genesis time in the initial block
    validators_hash, next_validators_hash : who signs this block, and the next
    app_hash, last_results_hash : state root and results after the block before this one
    proposer_address : first 20 bytes of the SHA-256 of the proposer's public key
    """

    chain_id: str
    height: int
    time: Timestamp
    last_block_id: BlockID
    last_commit_hash: bytes
    data_hash: bytes
    validators_hash: bytes
    next_validators_hash: bytes
    consensus_hash: bytes
    app_hash: bytes
    last_results_hash: bytes
    evidence_hash: bytes
    proposer_address: bytes
    block_version: int = BLOCK_VERSION
    app_version: int = 0

    @cached_property
    def hash(self) -> bytes:
        """Merkle root over the fourteen encoded fields."""
        message = self.to_message()
        return merkle.root(
            [
                message.version.SerializeToString(),
                _text(self.chain_id),
                _number(self.height),
                message.time.SerializeToString(),
                message.last_block_id.SerializeToString(),
                _bytes(self.last_commit_hash),
                _bytes(self.data_hash),
                _bytes(self.validators_hash),
                _bytes(self.next_validators_hash),
                _bytes(self.consensus_hash),
                _bytes(self.app_hash),
                _bytes(self.last_results_hash),
                _bytes(self.evidence_hash),
                _bytes(self.proposer_address),
            ]
        )

    def to_message(self) -> wire.Header:
        """Return the protobuf form."""
        return wire.Header(
            version=wire.Version(block=self.block_version, app=self.app_version),
            chain_id=self.chain_id,
            height=self.height,
            time=self.time.to_message(),
            last_block_id=self.last_block_id.to_message(),
            last_commit_hash=self.last_commit_hash,
            data_hash=self.data_hash,
            validators_hash=self.validators_hash,
            next_validators_hash=self.next_validators_hash,
            consensus_hash=self.consensus_hash,
            app_hash=self.app_hash,
            last_results_hash=self.last_results_hash,
            evidence_hash=self.evidence_hash,
            proposer_address=self.proposer_address,
        )

    @classmethod
    def from_message(cls, message: wire.Header) -> "Header":
        """Read the protobuf form."""
        return cls(
            block_version=message.version.block,
            app_version=message.version.app,
            chain_id=message.chain_id,
            height=message.height,
            time=Timestamp.from_message(message.time),
            last_block_id=BlockID.from_message(message.last_block_id),
            last_commit_hash=message.last_commit_hash,
            data_hash=message.data_hash,
            validators_hash=message.validators_hash,
            next_validators_hash=message.next_validators_hash,
            consensus_hash=message.consensus_hash,
            app_hash=message.app_hash,
            last_results_hash=message.last_results_hash,
            evidence_hash=message.evidence_hash,
            proposer_address=message.proposer_address,
        )

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return self.to_message().SerializeToString()

    @classmethod
    def decode(cls, data: bytes) -> "Header":
        """Read canonical bytes, or raise `MalformedRecord`."""
        header = cls.from_message(parse(wire.Header, data))
        require_canonical(wire.Header, data, header.encode())
        return header


def _bytes(value: bytes) -> bytes:
    # Protobuf's BytesValue and StringValue: field 1, length-delimited; nothing at all when empty.
    return b"\x0a" + length_prefixed(value) if value else b""


def _text(value: str) -> bytes:
    return _bytes(value.encode())


def _number(value: int) -> bytes:
    # Protobuf's Int64Value: field 1, varint.
    return b"\x08" + uvarint(value) if value else b""
