import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain.golden import vectors
from tests.network.chain.sample_chain import STATE_KEYS, STATE_VALUE, state_proof
from wattloom.network.chain import merkle, value_proof
from wattloom.network.chain.errors import ChainError, MalformedRecord, ProofRejected
from wattloom.network.wire import cometbft_pb2 as wire


@pytest.mark.parametrize("case", vectors("values"))
def test_proofs_that_cometbft_made_are_read_and_accepted(case):
    ops = value_proof.decode_ops(bytes.fromhex(case["ops"]))
    keys = [key.encode() for key in case["keys"]]
    value_proof.verify_value(ops, bytes.fromhex(case["root"]), keys, case["value"].encode())


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ((b"store", b"plain"), "/store/plain"),
        ((b"s", b"a/b c"), "/s/a%2Fb%20c"),
        ((b"s", b"x:ff\xff"), "/s/x%3Aff%FF"),
    ],
)
def test_a_path_hides_what_a_key_contains(keys, path):
    assert value_proof.key_path(keys) == path


@pytest.mark.parametrize("position", range(len(value_proof.encode_ops(state_proof()[1]))))
def test_a_flipped_byte_is_refused_or_changes_no_more_than_a_number_of_leaves(position):
    root, ops = state_proof()
    flipped = bytearray(value_proof.encode_ops(ops))
    flipped[position] ^= 1
    try:
        read = value_proof.decode_ops(bytes(flipped))
        value_proof.verify_value(read, root, STATE_KEYS, STATE_VALUE)
    except ChainError:
        return
    assert [_with_total(each, 0) for each in read] == [_with_total(each, 0) for each in ops]


def _with_total(op, total):
    return msgspec.structs.replace(op, proof=msgspec.structs.replace(op.proof, total=total))


@given(st.binary(max_size=20).filter(lambda value: value != STATE_VALUE))
def test_another_value_is_refused(value):
    root, ops = state_proof()
    with pytest.raises(ProofRejected, match="another value"):
        value_proof.verify_value(ops, root, STATE_KEYS, value)


@pytest.mark.parametrize(
    "keys", [(), STATE_KEYS[::-1], STATE_KEYS[:1], (b"x", *STATE_KEYS), (b"accounts", b"z")]
)
def test_other_keys_are_refused(keys):
    root, ops = state_proof()
    with pytest.raises(ProofRejected, match="other keys"):
        value_proof.verify_value(ops, root, keys, STATE_VALUE)


def test_another_root_is_refused():
    _, ops = state_proof()
    with pytest.raises(ProofRejected, match="another root"):
        value_proof.verify_value(ops, merkle.EMPTY_ROOT, STATE_KEYS, STATE_VALUE)


def test_an_empty_key_is_refused():
    hashes = [merkle.leaf_hash(value_proof.leaf(b"", b"value"))]
    ops = [value_proof.ValueOp(b"", merkle.prove(hashes, 0))]
    with pytest.raises(ProofRejected, match="empty"):
        value_proof.verify_value(ops, hashes[0], [b""], b"value")


def test_an_unknown_operator_is_refused():
    message = wire.ProofOps(ops=[wire.ProofOp(type="iavl:v", key=b"k")])
    with pytest.raises(ProofRejected, match="iavl:v"):
        value_proof.decode_ops(message.SerializeToString())


def test_an_inner_key_that_contradicts_the_outer_one_is_refused():
    message = state_proof()[1][0].to_message()
    message.key = b"other"
    with pytest.raises(MalformedRecord, match="canonical"):
        value_proof.decode_ops(wire.ProofOps(ops=[message]).SerializeToString())
