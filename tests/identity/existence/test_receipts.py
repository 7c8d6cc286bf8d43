from dataclasses import dataclass

import msgspec
import pytest

from tests.identity.existence import samples
from wattloom.identity.errors import IdentityRejected
from wattloom.identity.existence.receipts import Receipt
from wattloom.identity.existence.verifying import verify_receipt

DEPTH = 4


def check(receipt: Receipt, **changes: object) -> None:
    context = {"chain_id": samples.CHAIN, "root": samples.tree().root, "depth": DEPTH}
    verify_receipt(receipt, **{**context, **changes})


@dataclass
class Flip:
    """One byte of one field, with one bit turned."""

    field: str
    part: int
    at: int

    def __str__(self) -> str:
        return f"{self.field}[{self.part}][{self.at}]"

    def of(self, receipt: Receipt) -> Receipt:
        value = getattr(receipt, self.field)
        whole = list(value) if isinstance(value, tuple) else [value]
        turned = bytearray(whole[self.part])
        turned[self.at] ^= 1 << (self.at % 8)
        whole[self.part] = bytes(turned)
        changed = tuple(whole) if isinstance(value, tuple) else whole[0]
        return msgspec.structs.replace(receipt, **{self.field: changed})


def flips(receipt: Receipt) -> list[Flip]:
    lengths = {
        "path": [len(each) for each in receipt.path],
        "public_key": [len(receipt.public_key)],
        "subject": [len(receipt.subject)],
        "signature": [len(receipt.signature)],
    }
    return [
        Flip(field, part, at)
        for field, parts in lengths.items()
        for part, length in enumerate(parts)
        for at in range(length)
    ]


def test_a_receipt_verifies_from_every_place_of_its_tree():
    for index in range(1 << DEPTH):
        check(samples.receipt(index))


def test_no_receipt_verifies_with_any_byte_changed():
    receipt = samples.receipt()
    for flip in flips(receipt):
        with pytest.raises(IdentityRejected):
            check(flip.of(receipt))


@pytest.mark.parametrize("change", [{"index": 6}, {"energy_wh": 1_201}, {"energy_wh": 0}])
def test_what_a_receipt_says_is_what_was_signed(change):
    with pytest.raises(IdentityRejected):
        check(msgspec.structs.replace(samples.receipt(), **change))


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": "other"},
        {"root": samples.tree(seed=1).root},
        {"depth": 5},
        {"depth": 3},
        {"root": bytes(32)},
    ],
    ids=str,
)
def test_a_receipt_counts_on_its_own_ledger_and_under_its_own_tree(change):
    with pytest.raises(IdentityRejected):
        check(samples.receipt(), **change)


def test_a_genuine_key_of_another_tree_is_refused():
    stranger = samples.receipt(seed=1)
    with pytest.raises(IdentityRejected):
        check(msgspec.structs.replace(samples.receipt(), public_key=stranger.public_key))
