"""Errors of the identity room.

IdentityError
├── IdentityRejected   what somebody presented does not hold; `code` is stable and goes on the ledger
├── InvalidRequest     what we were asked for cannot be issued; the message names the field and the remedy
└── KeyFileError       a key or certificate file is missing, unsafe, unreadable or already there
"""

from enum import StrEnum


class IdentityError(Exception):
    """Base of every error that this room raises."""


class Code(StrEnum):
    """Stable reasons for a rejection; a code is never renamed, because ledgers remember it."""

    CERTIFICATE_LIMIT = "CERTIFICATE_LIMIT"
    """Too large, too long a chain, or too short a one."""
    CERTIFICATE_MALFORMED = "CERTIFICATE_MALFORMED"
    """Not strict DER, or outside the certificate profile."""
    CERTIFICATE_ALGORITHM = "CERTIFICATE_ALGORITHM"
    """Something else than P-256 with ECDSA and SHA-256."""
    CERTIFICATE_UNTRUSTED = "CERTIFICATE_UNTRUSTED"
    """Does not lead, by names, key identifiers and signatures, to the trusted certificate."""
    CERTIFICATE_NOT_YET_VALID = "CERTIFICATE_NOT_YET_VALID"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    CERTIFICATE_USAGE = "CERTIFICATE_USAGE"
    """Key usage or purpose does not allow what it is presented for."""
    CERTIFICATE_PATH = "CERTIFICATE_PATH"
    """An authority that is none, or more authorities below one than it allows."""
    CERTIFICATE_SUBJECT = "CERTIFICATE_SUBJECT"
    """Name or organisation is outside its character set, or differs from the issuer's organisation."""
    CERTIFICATE_MEMBERSHIP = "CERTIFICATE_MEMBERSHIP"
    """Role and attributes are missing, malformed or not canonical."""
    KEY_MALFORMED = "KEY_MALFORMED"
    """Not the uncompressed P-256 public key that the profile asks for."""
    SIGNATURE_LENGTH = "SIGNATURE_LENGTH"
    SIGNATURE_RANGE = "SIGNATURE_RANGE"
    SIGNATURE_HIGH_S = "SIGNATURE_HIGH_S"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    EXISTENCE_PATH = "EXISTENCE_PATH"
    """A path through a tree of one-time keys has not the tree's depth, or no place in it."""
    EXISTENCE_ROOT = "EXISTENCE_ROOT"
    """A path does not lead to the tree's root."""
    LOG_PROOF = "LOG_PROOF"
    """A proof or a signed head of the log of certificates does not hold."""


class IdentityRejected(IdentityError):
    """What was presented does not hold, and `code` says in one stable word why."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(code, message)  # both, so that the error survives pickling
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class InvalidRequest(IdentityError):
    """A key or certificate was asked for that cannot be issued."""


class KeyFileError(IdentityError):
    """A key or certificate file cannot be used, or must not be overwritten."""
