import itertools

import pytest

from wattloom.network.chain.errors import ChainError
from wattloom.network.chain.value_proof import decode_ops
from wattloom.network.state import StateProof, verify_state_proof
from wattloom.network.state.proofs import state_path


@pytest.fixture
def proof(ledger):
    for height in range(1, 4):
        ledger.change({"accounts": {f"account/{number}": b"%d.%d" % (height, number) for number in range(9)}})
    return ledger.world.prove("accounts", "account/7")


def test_a_proof_leads_from_the_value_to_the_root(ledger, proof):
    assert (proof.height, proof.value) == (3, b"3.7")
    verify_state_proof(proof, ledger.world.root, "accounts", "account/7", b"3.7")
    verify_state_proof(proof.encode(), ledger.world.root, "accounts", "account/7", b"3.7")


def test_a_proof_goes_through_the_store_that_the_light_client_asks_for(proof):
    store, key = state_path("accounts", "account/7")
    assert [op.key for op in proof.ops] == [key, store]
    assert store.startswith(b"accounts.")


@pytest.mark.parametrize(
    ("contract", "key", "value"),
    [("accounts", "account/7", b"3.8"), ("accounts", "account/6", b"3.7"), ("registry", "account/7", b"3.7")],
)
def test_a_proof_is_refused_for_anything_else(ledger, proof, contract, key, value):
    with pytest.raises(ChainError):
        verify_state_proof(proof, ledger.world.root, contract, key, value)


def test_a_proof_is_refused_under_another_heights_root(ledger, proof):
    with pytest.raises(ChainError):
        verify_state_proof(proof, ledger.past[2][0], "accounts", "account/7", b"3.7")


def test_a_proof_with_a_step_missing_is_refused(ledger, proof):
    for ops in (proof.ops[:1], proof.ops[1:], (), proof.ops[::-1]):
        with pytest.raises(ChainError):
            verify_state_proof(StateProof(3, b"3.7", ops), ledger.world.root, "accounts", "account/7", b"3.7")


def test_a_proof_with_any_bit_changed_is_refused_or_differs_in_a_tree_size_alone(ledger, proof):
    good = proof.encode()
    for at, bit in itertools.product(range(len(good)), range(8)):
        changed = good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :]
        try:
            verify_state_proof(changed, ledger.world.root, "accounts", "account/7", b"3.7")
        except ChainError:
            continue
        assert without_sizes(decode_ops(changed)) == without_sizes(proof.ops)


def without_sizes(ops):
    """CometBFT's proofs do not bind the number of leaves: all else must be the same."""
    return [(op.key, op.proof.index, op.proof.leaf_hash, op.proof.aunts) for op in ops]
