import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.community import CHAIN_ID, Community
from wattloom.network.refusals import MalformedTransaction, TransactionTooLarge
from wattloom.network.transactions import MAX_TRANSACTION_BYTES, decode, sign
from wattloom.network.wire.transaction_pb2 import Transaction, TransactionBody


@pytest.fixture(scope="module")
def community():
    return Community()


@pytest.fixture(scope="module")
def signed(community):
    return community.sign("ann", "accounts:open")


def altered_body(signed, **fields):
    body = TransactionBody.FromString(signed.body)
    for name, value in fields.items():
        setattr(body, name, value)
    return Transaction(body=body.SerializeToString(), signature=signed.signature).SerializeToString()


def test_what_was_signed_comes_back(community, signed):
    again = decode(signed.raw)
    assert again == signed
    assert again.function == "accounts:open"
    assert again.creator.hex() == community.member("ann").client_id


def test_a_signature_made_again_leaves_the_id_as_it_is(community, signed):
    other = Transaction(body=signed.body, signature=community.member("ann").sign(signed.body))
    assert decode(other.SerializeToString()).tx_id == signed.tx_id


def test_equal_wishes_have_different_ids(community):
    wish = {"chain_id": CHAIN_ID, "function": "accounts:open", "arguments": b"", "introduce": False}
    until = int(time.time()) + 60
    first, second = (sign(community.member("ann"), valid_until_s=until, **wish) for _ in range(2))
    assert first.tx_id != second.tx_id


def test_a_chain_is_enclosed_only_on_its_first_use(community):
    assert decode(community.sign("ann", "accounts:open", introduce=False).raw).certificates == ()
    assert decode(community.sign("ann", "accounts:open").raw).certificates == community.member("ann").chain


def test_too_many_bytes_are_refused_before_they_are_read():
    with pytest.raises(TransactionTooLarge) as refusal:
        decode(b"\xff" * (MAX_TRANSACTION_BYTES + 1))
    assert refusal.value.details["limit_bytes"] == MAX_TRANSACTION_BYTES


@pytest.mark.parametrize(
    "alter",
    [
        lambda tx: tx.raw + b"\x18\x01",  # an unknown field
        lambda tx: tx.raw[2 + 2 :],  # not from its beginning
        lambda tx: Transaction(body=tx.body + b"\x40\x01", signature=tx.signature).SerializeToString(),
        lambda tx: Transaction(body=tx.body, signature=tx.signature[:-1]).SerializeToString(),
        lambda tx: altered_body(tx, creator=b"\x01" * 31),
        lambda tx: altered_body(tx, nonce=b"\x01" * 15),
        lambda tx: altered_body(tx, valid_until_s=2**40),
        lambda tx: Transaction(body=b"\xff\xff", signature=tx.signature).SerializeToString(),
    ],
)
def test_anything_but_the_one_canonical_encoding_is_refused(signed, alter):
    with pytest.raises(MalformedTransaction):
        decode(alter(signed))


def test_fields_in_another_order_are_refused(signed):
    tail = Transaction(signature=signed.signature).SerializeToString()
    head = Transaction(body=signed.body).SerializeToString()
    assert Transaction.FromString(tail + head).body == signed.body
    with pytest.raises(MalformedTransaction):
        decode(tail + head)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_transaction_or_a_refusal(data):
    try:
        decoded = decode(data)
    except MalformedTransaction:
        return
    assert decoded.raw == data
