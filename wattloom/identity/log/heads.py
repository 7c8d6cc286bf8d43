"""Signed tree heads: the log's operator says how long the log is and what its root is."""

from typing import Final

import msgspec

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.keys import SigningKey
from wattloom.identity.merkle import HASH_BYTES
from wattloom.identity.signatures import VerifyingKey

_LABEL: Final = b"wattloom/identity/tree-head/v1\0"


class TreeHead(msgspec.Struct, frozen=True):
    """The log at one size; `timestamp_s` is when it was signed (Unix seconds, UTC)."""

    tree_size: int
    root_hash: bytes
    timestamp_s: int
    signature: bytes


def sign_head(key: SigningKey, *, tree_size: int, root_hash: bytes, timestamp_s: int) -> TreeHead:
    """Return the head of a log of this size and root."""
    signature = key.sign(_statement(tree_size, root_hash, timestamp_s))
    return TreeHead(tree_size, root_hash, timestamp_s, signature)


def verify_head(head: TreeHead, log_key: VerifyingKey) -> None:
    """Raise `IdentityRejected` unless the log's key has signed this head."""
    if len(head.root_hash) != HASH_BYTES or not (
        0 <= head.tree_size < 1 << 64 and 0 <= head.timestamp_s < 1 << 63
    ):
        raise IdentityRejected(Code.LOG_PROOF, "tree head: size, root or time is out of range")
    log_key.verify(head.signature, _statement(head.tree_size, head.root_hash, head.timestamp_s))


def _statement(tree_size: int, root_hash: bytes, timestamp_s: int) -> bytes:
    return _LABEL + tree_size.to_bytes(8, "big") + timestamp_s.to_bytes(8, "big") + root_hash
