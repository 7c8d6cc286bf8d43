"""Consensus parameters: limits that all validators share, fixed in genesis or changed by the application."""

import msgspec

from wattloom.network.chain.encoding import sha256
from wattloom.network.wire import cometbft_pb2 as wire

MAX_BLOCK_BYTES = 104_857_600
"""Largest block that CometBFT v0.39 accepts."""


class ConsensusParams(msgspec.Struct, frozen=True, kw_only=True):
    """CometBFT's consensus parameters; the defaults are CometBFT's.

    Attributes
    ----------
    block_max_bytes : size of an encoded block; -1 for as much as CometBFT accepts
    block_max_gas : sum of the transactions' gas; -1 for no limit
    evidence_max_age_blocks, evidence_max_age_ns : evidence older than both is ignored
    evidence_max_bytes : size of all evidence in a block
    app_version : version of the application's rules, in every header
    vote_extensions_height : first height with vote extensions; 0 for never
    authority : opaque to the engine
    """

    block_max_bytes: int = 22_020_096
    block_max_gas: int = -1
    evidence_max_age_blocks: int = 100_000
    evidence_max_age_ns: int = 172_800_000_000_000
    evidence_max_bytes: int = 1_048_576
    app_version: int = 0
    vote_extensions_height: int = 0
    authority: str = ""

    @property
    def hash(self) -> bytes:
        """SHA-256 of the two block limits, which alone stand in headers."""
        hashed = wire.HashedParams(block_max_bytes=self.block_max_bytes, block_max_gas=self.block_max_gas)
        return sha256(hashed.SerializeToString())
