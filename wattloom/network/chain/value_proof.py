"""Proofs of a stored value through nested trees, as the stock light client checks them by default.

Each tree maps keys to values; the root of an inner tree is the value under its name in the tree around it.
Source: CometBFT `crypto/merkle`, operator `simple:v`.
"""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from wattloom.network.chain import merkle
from wattloom.network.chain.encoding import length_prefixed, parse, require_canonical, sha256
from wattloom.network.chain.errors import ProofRejected
from wattloom.network.wire import cometbft_pb2 as wire

VALUE_OP = "simple:v"


class ValueOp(msgspec.Struct, frozen=True):
    """One tree's step: `key` holds the value below, and `proof` leads from that pair to the tree's root."""

    key: bytes
    proof: merkle.Proof

    def to_message(self) -> wire.ProofOp:
        """Return the protobuf form, ready for an ABCI query's answer."""
        data = wire.ValueOp(key=self.key, proof=self.proof.to_message()).SerializeToString()
        return wire.ProofOp(type=VALUE_OP, key=self.key, data=data)

    @classmethod
    def from_message(cls, message: wire.ProofOp) -> "ValueOp":
        """Read the protobuf form; raise `ProofRejected` for another operator."""
        if message.type != VALUE_OP:
            raise ProofRejected(f"operator {message.type!r} is not {VALUE_OP!r}")
        inner = parse(wire.ValueOp, message.data)
        return cls(message.key, merkle.Proof.from_message(inner.proof))


def leaf(key: bytes, value: bytes) -> bytes:
    """Return the leaf of a key and its value; hash it with `merkle.leaf_hash`."""
    return leaf_of_value_hash(key, sha256(value))


def leaf_of_value_hash(key: bytes, value_hash: bytes) -> bytes:
    """Return the leaf of a key whose value's SHA-256 is at hand."""
    return length_prefixed(key) + length_prefixed(value_hash)


def encode_ops(ops: Sequence[ValueOp]) -> bytes:
    """Return the canonical bytes of a chain of steps, innermost tree first."""
    return wire.ProofOps(ops=[op.to_message() for op in ops]).SerializeToString()


def decode_ops(data: bytes) -> tuple[ValueOp, ...]:
    """Read canonical bytes; raise `MalformedRecord` or `ProofRejected`."""
    ops = tuple(ValueOp.from_message(op) for op in parse(wire.ProofOps, data).ops)
    require_canonical(wire.ProofOps, data, encode_ops(ops))
    return ops


def key_path(keys: Sequence[bytes]) -> str:
    """Write keys, outermost first, as the path that a stock light client is given."""
    return "".join(f"/{quote(key, safe='')}" for key in keys)


def verify_value(ops: Sequence[ValueOp], root: bytes, keys: Sequence[bytes], value: bytes) -> None:
    """Raise `ProofRejected` unless `value` stands under `keys` (outermost first) below this root."""
    if not ops or tuple(op.key for op in ops) != tuple(reversed(keys)):  # (1) one step per key, inside out
        raise ProofRejected("the proof is for other keys")
    if not all(keys):  # (2) the stock runtime compares no empty key
        raise ProofRejected("a key is empty")
    for op in ops:  # (3) each value stands in its tree, whose root is the next value
        if op.proof.leaf_hash != merkle.leaf_hash(leaf(op.key, value)):
            raise ProofRejected(f"another value is proven under {op.key!r}")
        value = merkle.proven_root(op.proof)
    if value != root:  # (4) the outermost root is the trusted one
        raise ProofRejected("the path leads to another root")
