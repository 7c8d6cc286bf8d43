import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattloom.network.chain.errors import ChainError
from wattloom.network.chain.value_proof import decode_ops
from wattloom.network.client import Client, ProofRefused
from wattloom.network.client._proofs import verify
from wattloom.network.wire import gateway_pb2 as wire

from ..community import CHAIN_ID
from ..notes import Note, key


@pytest.fixture
def answer(gateway, engine, ca_pem, community):
    with Client([gateway.address], ca_certificate=ca_pem, identity=community.member("anna")) as client:
        height = client.submit("notes:write", Note(name="n")).height
        next(client.blocks(height + 1))
    return engine.prove("notes", key("n"), height)


@pytest.fixture
def check(answer, folder):
    def check(found=answer, **other):
        asked = {
            "contract": "notes",
            "key": key("n"),
            "height": answer.height,
            "chain_id": CHAIN_ID,
            "validators": folder.genesis().validator_set,
        }
        return verify(found, **{**asked, **other})

    return check


def test_a_true_proof_holds(check, answer):
    proven = check()
    assert proven.value == answer.value
    assert check(height=0) == proven


@pytest.mark.parametrize(
    "other", [{"contract": "accounts"}, {"key": key("m")}, {"height": 10**6}, {"chain_id": "another"}]
)
def test_a_proof_of_something_else_is_refused(check, other):
    with pytest.raises(ProofRefused):
        check(**other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(field=st.sampled_from(["value", "proof", "header", "commit"]), data=st.data())
def test_any_flipped_bit_is_refused_but_in_a_number_of_leaves_which_no_root_covers(
    check, answer, field, data
):
    true = getattr(answer, field)
    bit = data.draw(st.integers(0, 8 * len(true) - 1))
    flipped = bytearray(true)
    flipped[bit // 8] ^= 1 << bit % 8
    found = wire.ProveResponse()
    found.CopyFrom(answer)
    setattr(found, field, bytes(flipped))
    if field == "proof" and without_totals(found.proof) == without_totals(true):
        return  # as in CometBFT; key, value and place are proven all the same
    with pytest.raises(ProofRefused):
        check(found)


def without_totals(proof):
    try:
        ops = decode_ops(proof)
    except ChainError:
        return None
    return [(op.key, op.proof.index, op.proof.leaf_hash, op.proof.aunts) for op in ops]
