"""Proof that a value stood in the state: through its bucket's tree and the tree over buckets to the root."""

import msgspec

from wattloom.network.chain.value_proof import ValueOp, decode_ops, encode_ops, verify_value
from wattloom.network.state.buckets import bucket_of, decode, root_in, store_name
from wattloom.network.state.errors import StateCorrupt
from wattloom.network.state.forest import Forest, prove_bucket, root_over
from wattloom.network.state.history import Standing


class StateProof(msgspec.Struct, frozen=True):
    """A value at a height, and its steps from the key up to that height's root."""

    height: int
    value: bytes
    ops: tuple[ValueOp, ...]

    def encode(self) -> bytes:
        """Return the steps as CometBFT's `ProofOps`, the form that its light client and our gateway carry."""
        return encode_ops(self.ops)


def verify_state_proof(proof: bytes | StateProof, root: bytes, contract: str, key: str, value: bytes) -> None:
    """Raise unless `value` stands under the contract's key in the state with this root.

    Raises
    ------
    MalformedRecord : the bytes are no canonical proof
    ProofRejected : the proof is for something else
    """
    ops = decode_ops(proof) if isinstance(proof, bytes) else proof.ops
    verify_value(ops, root, state_path(contract, key), value)


def prove_steps(
    forest: Forest, standing: Standing, contract: str, key: bytes, record: bytes | None
) -> tuple[ValueOp, ValueOp]:
    """Return the steps from a key through its bucket's record and the trees to the root of a standing.

    Raises
    ------
    StateCorrupt : the trees do not make that root
    """
    if root_over(forest, standing.contracts) != standing.root:
        raise StateCorrupt(f"height {standing.height}", "what is kept of it does not make its state root")
    bucket = bucket_of(key)
    inner = decode(record).prove(key)
    outer = prove_bucket(forest, standing.contracts, contract, bucket, root_in(record))
    return ValueOp(key, inner), ValueOp(store_name(contract, bucket), outer)


def state_path(contract: str, key: str) -> list[bytes]:
    """Return the names that a value stands under, outermost first: `/store/<first>/key` asks for the last."""
    raw = key.encode()
    return [store_name(contract, bucket_of(raw)), raw]
