"""Refusals of chain data.

ChainError
├── MalformedRecord        bytes that are no record of ours, or not its one canonical encoding
├── ProofRejected          a Merkle proof does not lead from its leaf to the root
├── ChainRejected          a block or commit does not follow from the chain before it (`code` says which rule)
├── GenesisRejected        a genesis document is not usable (`field` says where)
└── ValidatorKeyRejected   a validator's key file is not usable
"""

from enum import StrEnum


class ChainError(Exception):
    """Root of every refusal of chain data."""


class MalformedRecord(ChainError):
    """Bytes are not the canonical encoding of the record that they should hold."""

    def __init__(self, record: str, what: str) -> None:
        super().__init__(f"{record}: {what}")
        self.record, self.what = record, what


class ProofRejected(ChainError):
    """A Merkle proof does not prove what it is said to prove."""


class Fault(StrEnum):
    """The rule that a rejected block breaks; stable, for reports and tests."""

    CHAIN_ID = "CHAIN_ID"
    VERSION = "VERSION"
    HEIGHT = "HEIGHT"
    LAST_BLOCK_ID = "LAST_BLOCK_ID"
    LAST_COMMIT_HASH = "LAST_COMMIT_HASH"
    DATA_HASH = "DATA_HASH"
    EVIDENCE_HASH = "EVIDENCE_HASH"
    VALIDATORS_HASH = "VALIDATORS_HASH"
    NEXT_VALIDATORS_HASH = "NEXT_VALIDATORS_HASH"
    CONSENSUS_HASH = "CONSENSUS_HASH"
    APP_HASH = "APP_HASH"
    LAST_RESULTS_HASH = "LAST_RESULTS_HASH"
    PROPOSER = "PROPOSER"
    PART_SET_HEADER = "PART_SET_HEADER"
    BLOCK_HASH = "BLOCK_HASH"
    TIME = "TIME"
    COMMIT_HEIGHT = "COMMIT_HEIGHT"
    COMMIT_BLOCK_ID = "COMMIT_BLOCK_ID"
    COMMIT_SIZE = "COMMIT_SIZE"
    COMMIT_VALIDATOR = "COMMIT_VALIDATOR"
    COMMIT_SIGNATURE = "COMMIT_SIGNATURE"
    COMMIT_POWER = "COMMIT_POWER"


class ChainRejected(ChainError):
    """A block or commit breaks a rule of the chain."""

    def __init__(self, code: Fault, height: int, what: str) -> None:
        super().__init__(f"block {height}: {what} [{code}]")
        self.code, self.height, self.what = code, height, what


class GenesisRejected(ChainError):
    """A genesis document cannot start a chain."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"genesis: {field}: {what}")
        self.field, self.what = field, what


class ValidatorKeyRejected(ChainError):
    """A validator's key file is missing, exposed, or not in the expected form."""
