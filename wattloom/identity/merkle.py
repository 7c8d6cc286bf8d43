"""The hashes of a Merkle tree: SHA-256, a leaf under 0x00, a node under 0x01, which no proof can choose.

Source: RFC 9162, 2.1.1. Nothing here needs OpenSSL.
"""

from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two hashes."""
    return sha256(b"\x01" + left + right).digest()
