"""The lower level of the state tree: buckets of keys, each a store with a Merkle tree of its own.

A key falls into a bucket by the leading bits of its SHA-256. A bucket is stored as one record: the root over
it, then its keys in byte order and their leaf hashes. So a change rewrites one small record and reads no
value, and opening a ledger reads roots alone.
"""

import hashlib
from bisect import bisect_left

import msgspec

from wattloom.network.chain.encoding import HASH_BYTES, uvarint
from wattloom.network.chain.merkle import EMPTY_ROOT, Proof, prove
from wattloom.network.state.errors import StateCorrupt
from wattloom.network.state.views import MAX_KEY_BYTES

BUCKET_BITS = 15
"""Leading bits of a key's hash that name its bucket; decision record 0006 says why so many."""

BUCKETS_PER_CONTRACT = 1 << BUCKET_BITS

NEW_INNER_NODE = hashlib.sha256(b"\x01").copy
"""Returns a hash that has taken in the prefix of an inner node."""

_LEAF_HEADS = [b"\x00" + uvarint(length) for length in range(MAX_KEY_BYTES + 1)]


class Bucket(msgspec.Struct, array_like=True):
    """Keys in byte order, and their leaf hashes in the same order, end to end."""

    keys: list[bytes]
    hashes: bytes

    def put(self, key: bytes, leaf: bytes | None) -> None:
        """Set a key's leaf hash, or remove the key."""
        at = bisect_left(self.keys, key)
        known = at < len(self.keys) and self.keys[at] == key
        self.keys[at : at + known] = [] if leaf is None else [key]
        before, after = self.hashes[: HASH_BYTES * at], self.hashes[HASH_BYTES * (at + known) :]
        self.hashes = before + (leaf or b"") + after

    def leaves(self) -> list[bytes]:
        """Return the leaf hashes."""
        return [self.hashes[at : at + HASH_BYTES] for at in range(0, len(self.hashes), HASH_BYTES)]

    def prove(self, key: bytes) -> Proof:
        """Prove a key that is in the bucket."""
        return prove(self.leaves(), self.keys.index(key))


_decoder = msgspec.msgpack.Decoder(Bucket)
_encoder = msgspec.msgpack.Encoder()


def encode(bucket: Bucket) -> bytes | None:
    """Return the bucket's record, root first; an empty bucket has none."""
    return packed_root(bucket.hashes) + _encoder.encode(bucket) if bucket.keys else None


def decode(record: bytes | None) -> Bucket:
    """Read a record; none is an empty bucket."""
    if record is None:
        return Bucket([], b"")
    try:
        return _decoder.decode(memoryview(record)[HASH_BYTES:])
    except msgspec.DecodeError as error:
        raise StateCorrupt("a bucket record", str(error)) from error


def root_in(record: bytes | None) -> bytes:
    """Return the root of a bucket from its record."""
    return EMPTY_ROOT if record is None else record[:HASH_BYTES]


def bucket_of(key: bytes) -> int:
    """Return the number of a key's bucket."""
    return int.from_bytes(hashlib.sha256(key).digest()[:2], "big") >> (16 - BUCKET_BITS)


def store_name(contract: str, bucket: int) -> bytes:
    """Return a bucket's name in the upper tree, in its table and in the paths of light clients."""
    return b"%b.%04x" % (contract.encode(), bucket)


def leaf_hash(key: bytes, value: bytes) -> bytes:
    """Return the hash of a leaf as CometBFT's `simple:v` operator has it.

    The same as `merkle.leaf_hash(value_proof.leaf(key, value))` of the chain's code in half the time: every
    changed key passes here twice.
    """
    sha = hashlib.sha256
    return sha(_LEAF_HEADS[len(key)] + key + b"\x20" + sha(value).digest()).digest()


def packed_root(level: bytes) -> bytes:
    """Return the root over leaf hashes that stand end to end.

    The same as `merkle.root_of_hashes` of the chain's code in two thirds of the time, which counts because it
    is most of what a changed key costs in a large state: a pair is one slice, and every node starts from a
    hash that took in its prefix already.
    """
    if not level:
        return EMPTY_ROOT
    while len(level) > HASH_BYTES:
        paired, above = len(level) & ~HASH_BYTES, []
        for at in range(0, paired, 2 * HASH_BYTES):
            node = NEW_INNER_NODE()
            node.update(level[at : at + 2 * HASH_BYTES])
            above.append(node.digest())
        level = b"".join(above) + level[paired:]
    return level


def empty_leaves(contract: str) -> list[bytes]:
    """Return the leaves of a contract whose buckets are all empty, hashed as by `leaf_hash`."""
    sha, stem = hashlib.sha256, store_name(contract, 0)[:-4]
    head = _LEAF_HEADS[len(stem) + 4] + stem
    tail = b"\x20" + sha(EMPTY_ROOT).digest()
    return [sha(b"%b%04x%b" % (head, bucket, tail)).digest() for bucket in range(BUCKETS_PER_CONTRACT)]
