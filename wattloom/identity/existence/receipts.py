"""Receipts: what one-time keys sign; `verifying` judges them. Nothing here needs OpenSSL."""

from typing import Final

import msgspec

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
