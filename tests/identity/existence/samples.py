"""A tree and what is signed with it, made once."""

from functools import cache
from hashlib import sha256

from wattloom.identity.existence import openssl, statements
from wattloom.identity.existence.derivation import scalar
from wattloom.identity.existence.receipts import Receipt
from wattloom.identity.existence.trees import Tree
from wattloom.identity.existence.witness_keys import WitnessKey

CHAIN = "test"
SUBJECT = sha256(b"a commitment").digest()


@cache
def witness_key(number: int = 0) -> WitnessKey:
    return WitnessKey.generate()


@cache
def one_time_keys(depth: int = 4, seed: int = 0):
    return [openssl.Signer(scalar(bytes([seed]) * 32, bytes(32), index)) for index in range(1 << depth)]


@cache
def tree(depth: int = 4, seed: int = 0) -> Tree:
    return Tree([key.spki for key in one_time_keys(depth, seed)])


def receipt(
    index: int = 5, *, depth: int = 4, seed: int = 0, subject: bytes = SUBJECT, energy_wh: int = 1_200
):
    signed = statements.receipt(CHAIN, root=tree(depth, seed).root, subject=subject, energy_wh=energy_wh)
    key = one_time_keys(depth, seed)[index]
    return Receipt(
        root=tree(depth, seed).root,
        index=index,
        path=tree(depth, seed).path(index),
        public_key=key.spki,
        subject=subject,
        energy_wh=energy_wh,
        signature=key.sign(signed),
    )
