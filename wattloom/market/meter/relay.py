"""The relay: hands in what must not carry its author's name, in batches and in an order that tells nothing.

Meters leave files in its spool folder. It looks into them only as far as the ledger would.
"""

import secrets
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from wattloom.chaincode.api import AlreadyExists, Record
from wattloom.chaincode.api.codec import MalformedRecord, decode
from wattloom.chaincode.existence.errors import EpochNotRunning, KeySpent
from wattloom.chaincode.existence.messages import MAX_TREES_AT_ONCE, Publish, SignedTree, Spend
from wattloom.market.meter.spool import RECEIPT, TREE, LeftTree
from wattloom.network.client import Client, Refused

R = TypeVar("R", bound=Record)

KNOWN = {AlreadyExists.code, KeySpent.code}
"""Refusals that say that the ledger has it already."""


class Relayed(NamedTuple):
    """What became of the spool: what the ledger took, what came before its epoch, why others were refused."""

    trees: int
    receipts: int
    early: int
    refused: dict[str, str]


class Relay:
    """Empties a spool folder into a ledger, as a member with the role relayer."""

    def __init__(self, spool: Path, client: Client) -> None:
        self._spool, self._client = spool, client
        self._refused: dict[str, str] = {}
        self._early = 0

    def run(self) -> Relayed:
        """Hand everything in once; a file goes when the ledger has it, or has refused it for good."""
        self._refused, self._early = {}, 0
        trees = sum(self._publish(*batch) for batch in self._batches())
        receipts = [path for path in self._files(RECEIPT) if self._spend(path)]
        return Relayed(trees, len(receipts), self._early, self._refused)

    def _batches(self) -> list[tuple[int, dict[Path, SignedTree]]]:
        """Return the trees of each epoch in the order of their roots, as many as go at once."""
        epochs: dict[int, dict[Path, SignedTree]] = {}
        for path in self._files(TREE):
            left = self._read(path, LeftTree)
            if left is not None:
                epochs.setdefault(left.epoch, {})[path] = left.tree
        batches = []
        for epoch, trees in sorted(epochs.items()):
            ordered = iter(sorted(trees.items(), key=lambda item: item[1].root))
            while batch := dict(islice(ordered, MAX_TREES_AT_ONCE)):
                batches.append((epoch, batch))
        return batches

    def _publish(self, epoch: int, batch: dict[Path, SignedTree]) -> int:
        """Publish a batch; where the ledger refuses it, each of its trees by itself."""
        try:
            self._client.submit("existence:publish", Publish(epoch=epoch, trees=list(batch.values())))
        except Refused as refusal:
            if len(batch) > 1:
                return sum(self._publish(epoch, {path: tree}) for path, tree in batch.items())
            self._give_up(next(iter(batch)), refusal)
            return 0
        for path in batch:
            path.unlink()
        return len(batch)

    def _spend(self, path: Path) -> bool:
        receipt = self._read(path, Spend)
        if receipt is None:
            return False
        try:
            self._client.submit("existence:spend", receipt)
        except Refused as refusal:
            self._give_up(path, refusal)
            return False
        path.unlink()
        return True

    def _give_up(self, path: Path, refusal: Refused) -> None:
        """Leave what comes too early, drop what the ledger has, and put the rest aside for people to see."""
        if _is_early(refusal):
            self._early += 1
        elif refusal.code in KNOWN:
            path.unlink()
        else:
            self._refused[path.name] = refusal.code
            path.rename(path.with_suffix(".refused"))

    def _read(self, path: Path, kind: type[R]) -> R | None:
        try:
            return decode(path.read_bytes(), kind)
        except (MalformedRecord, OSError):
            self._refused[path.name] = "UNREADABLE"
            path.rename(path.with_suffix(".refused"))
            return None

    def _files(self, kind: str) -> list[Path]:
        """Return the files of a kind in an order of chance."""
        found = sorted(self._spool.glob(f"{kind}-*.json"))
        secrets.SystemRandom().shuffle(found)
        return found


def _is_early(refusal: Refused) -> bool:
    """Tell whether a receipt's epoch has not begun; its meter may sign as soon as the tree is published."""
    facts = refusal.details
    return refusal.code == EpochNotRunning.code and int(facts["block_time_s"]) < int(facts["starts_at_s"])
