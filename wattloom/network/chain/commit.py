"""Votes and commits: what validators sign, and what their signatures say about time."""

from enum import IntEnum
from functools import cached_property

import msgspec

from wattloom.network.chain import merkle
from wattloom.network.chain.encoding import length_prefixed, parse, require_canonical
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.chain.header import NO_BLOCK, BlockID
from wattloom.network.chain.timestamp import NO_TIME, Timestamp
from wattloom.network.chain.validators import ValidatorSet
from wattloom.network.wire import cometbft_pb2 as wire

MIN_BLOCK_INTERVAL_NS = 1_000_000
"""Least distance between a block's time and a vote for it. Source: CometBFT v0.39, consensus `voteTime`."""


class Flag(IntEnum):
    """What a validator voted for."""

    ABSENT = wire.BLOCK_ID_FLAG_ABSENT
    COMMIT = wire.BLOCK_ID_FLAG_COMMIT
    NIL = wire.BLOCK_ID_FLAG_NIL


class CommitSig(msgspec.Struct, frozen=True):
    """One validator's precommit; the defaults are the vote that never arrived."""

    flag: Flag = Flag.ABSENT
    validator_address: bytes = b""
    timestamp: Timestamp = NO_TIME
    signature: bytes = b""

    def to_message(self) -> wire.CommitSig:
        """Return the protobuf form."""
        return wire.CommitSig(
            block_id_flag=self.flag.value,
            validator_address=self.validator_address,
            timestamp=self.timestamp.to_message(),
            signature=self.signature,
        )

    @classmethod
    def from_message(cls, message: wire.CommitSig) -> "CommitSig":
        """Read the protobuf form; raise `MalformedRecord` for a flag that does not exist."""
        try:
            flag = Flag(message.block_id_flag)
        except ValueError as error:
            raise MalformedRecord("CommitSig", f"has unknown flag {message.block_id_flag}") from error
        moment = Timestamp.from_message(message.timestamp)
        return cls(flag, message.validator_address, moment, message.signature)


ABSENT = CommitSig()


class Commit(msgspec.Struct, frozen=True, dict=True):
    """Precommits of one height and round for one block, one entry per validator in the set's order."""

    height: int = 0
    round: int = 0
    block_id: BlockID = NO_BLOCK
    signatures: tuple[CommitSig, ...] = ()

    @cached_property
    def hash(self) -> bytes:
        """Merkle root over the encoded entries."""
        return merkle.root([each.to_message().SerializeToString() for each in self.signatures])

    def sign_bytes(self, chain_id: str, entry: CommitSig) -> bytes:
        """Return what the validator of this entry signed."""
        voted_for = self.block_id if entry.flag is Flag.COMMIT else NO_BLOCK
        return precommit_sign_bytes(chain_id, self.height, self.round, voted_for, entry.timestamp)

    def to_message(self) -> wire.Commit:
        """Return the protobuf form."""
        return wire.Commit(
            height=self.height,
            round=self.round,
            block_id=self.block_id.to_message(),
            signatures=[each.to_message() for each in self.signatures],
        )

    @classmethod
    def from_message(cls, message: wire.Commit) -> "Commit":
        """Read the protobuf form."""
        return cls(
            message.height,
            message.round,
            BlockID.from_message(message.block_id),
            tuple(CommitSig.from_message(each) for each in message.signatures),
        )

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return self.to_message().SerializeToString()

    @classmethod
    def decode(cls, data: bytes) -> "Commit":
        """Read canonical bytes, or raise `MalformedRecord`."""
        commit = cls.from_message(parse(wire.Commit, data))
        require_canonical(wire.Commit, data, commit.encode())
        return commit


NO_COMMIT = Commit()
"""The last commit in the initial block."""


def precommit_sign_bytes(
    chain_id: str, height: int, round_: int, block_id: BlockID, timestamp: Timestamp
) -> bytes:
    """Return what a precommit for `block_id` signs; `NO_BLOCK` for a vote for nothing."""
    vote = wire.CanonicalVote(
        type=wire.SIGNED_MSG_TYPE_PRECOMMIT,
        height=height,
        round=round_,
        timestamp=timestamp.to_message(),
        chain_id=chain_id,
    )
    if block_id != NO_BLOCK:
        parts = wire.CanonicalPartSetHeader(total=block_id.parts.total, hash=block_id.parts.hash)
        vote.block_id.CopyFrom(wire.CanonicalBlockID(hash=block_id.hash, part_set_header=parts))
    return length_prefixed(vote.SerializeToString())


def vote_time(block_time: Timestamp, now: Timestamp) -> Timestamp:
    """Return now, or a moment after the block's own time, so that the chain's time always rises."""
    return max(now, Timestamp.of_ns(block_time.ns + MIN_BLOCK_INTERVAL_NS))


def median_time(commit: Commit, validators: ValidatorSet) -> Timestamp:
    """Median of the votes' times, weighted by power: the time of the next block.

    Raises
    ------
    KeyError : a signer's address is not in `validators`
    """
    votes = sorted(
        (each.timestamp, validators.by_address[each.validator_address].power)
        for each in commit.signatures
        if each.flag is not Flag.ABSENT
    )
    remaining = sum(power for _, power in votes) // 2
    for moment, power in votes:
        if remaining <= power:
            return moment
        remaining -= power
    return NO_TIME
