"""Receipts: what one-time keys sign, and the one way to verify them."""

from typing import Final

import msgspec

from wattloom.identity.existence import statements
from wattloom.identity.existence.trees import check_path
from wattloom.identity.signatures import VerifyingKey

SUBJECT_BYTES: Final = 32


class Receipt(msgspec.Struct, frozen=True):
    """A genuine meter's word that energy was received, under a key that signs nothing else.

    `public_key` is DER SubjectPublicKeyInfo, `index` its place in the tree under `root`, `path` the hashes
    from the leaf up; `subject` is the SHA-256 of what the energy was received under.
    """

    root: bytes
    index: int
    path: tuple[bytes, ...]
    public_key: bytes
    subject: bytes
    energy_wh: int
    signature: bytes


def verify_receipt(receipt: Receipt, *, chain_id: str, root: bytes, depth: int) -> None:
    """Raise `IdentityRejected` unless all hold; `root` and `depth` come from the ledger."""
    # (1) the key stands in the tree, by our hashes and at the tree's depth
    check_path(receipt.public_key, receipt.index, receipt.path, root=root, depth=depth)
    # (2) the key, a P-256 point, has signed just this
    statement = statements.receipt(chain_id, root=root, subject=receipt.subject, energy_wh=receipt.energy_wh)
    VerifyingKey(receipt.public_key).verify(receipt.signature, statement)
