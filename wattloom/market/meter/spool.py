"""The spool: a folder in which meters leave for a relay what must not carry their name."""

import secrets
from pathlib import Path
from typing import Final

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.existence.messages import SignedTree, Spend
from wattloom.identity import files

TREE: Final = "tree"
RECEIPT: Final = "receipt"
"""What files in the spool begin with."""


class LeftTree(Record, frozen=True, kw_only=True):
    """A tree that waits to be published."""

    epoch: int
    tree: SignedTree


def leave_tree(spool: Path, epoch: int, tree: SignedTree) -> Path:
    """Leave a tree for the relay under a name that says nothing."""
    return _leave(spool, TREE, LeftTree(epoch=epoch, tree=tree))


def leave_receipt(spool: Path, receipt: Spend) -> Path:
    """Leave a receipt for the relay under a name that says nothing."""
    return _leave(spool, RECEIPT, receipt)


def _leave(spool: Path, kind: str, record: Record) -> Path:
    path = spool / f"{kind}-{secrets.token_hex(16)}.json"
    draft = path.with_suffix(".new")
    files.write_new(draft, encode(record), mode=files.PRIVATE)
    return draft.rename(path)
