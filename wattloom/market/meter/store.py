"""What the meter must not forget: its trees, what it asked of witnesses, and which keys it has used.

A key is used up durably before it signs: first here, then in the anchor, and only then the key is touched.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from wattloom.market.meter.anchor import Anchor
from wattloom.market.meter.errors import AlreadyReceipted, NoKeyLeft

_SCHEMA: Final = """
CREATE TABLE meter (
  one INTEGER PRIMARY KEY CHECK (one = 1), chain_id TEXT NOT NULL, generation INTEGER NOT NULL);
CREATE TABLE tree (
  id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, number INTEGER NOT NULL, depth INTEGER NOT NULL,
  salt BLOB NOT NULL UNIQUE, root BLOB NOT NULL UNIQUE, public_keys BLOB NOT NULL,
  published INTEGER NOT NULL DEFAULT 0, discarded INTEGER NOT NULL DEFAULT 0, UNIQUE (epoch, number));
CREATE TABLE question (
  tree INTEGER NOT NULL REFERENCES tree, position INTEGER NOT NULL, blind_key BLOB NOT NULL,
  blinded BLOB NOT NULL, inverse BLOB NOT NULL, signature BLOB, PRIMARY KEY (tree, position));
CREATE TABLE used (
  tree INTEGER NOT NULL REFERENCES tree, place INTEGER NOT NULL, epoch INTEGER NOT NULL,
  subject BLOB NOT NULL UNIQUE, energy_wh INTEGER NOT NULL, PRIMARY KEY (tree, place));
"""


_TREE: Final = "id, epoch, number, depth, salt, root, public_keys"


class KeptTree(NamedTuple):
    """A tree of one-time keys: with the meter's secret its salt gives every private key again.

    `public_keys` are the DER SubjectPublicKeyInfos of the leaves, one after the other.
    """

    id: int
    epoch: int
    number: int
    depth: int
    salt: bytes
    root: bytes
    public_keys: bytes


class Question(NamedTuple):
    """What one witness is asked for one tree, how its answer is unblinded, and the signature that came."""

    tree: int
    position: int
    blind_key: bytes
    blinded: bytes
    inverse: int
    signature: bytes | None


class Use(NamedTuple):
    """The one key that signs for a subject."""

    tree: KeptTree
    place: int


class MeterStore:
    """A meter's memory in SQLite, durable at every step; `discarded` trees were thrown away at opening."""

    def __init__(self, path: Path, anchor: Anchor) -> None:
        self._anchor = anchor
        anchored = anchor.read()
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = TRUNCATE")
        self._db.execute("PRAGMA synchronous = EXTRA")
        self._db.execute("PRAGMA foreign_keys = ON")
        self.chain_id, self._generation = self._db.execute(
            "SELECT chain_id, generation FROM meter"
        ).fetchone()
        self.discarded: Final = self._discard_if_restored(anchored)

    @classmethod
    def create(cls, path: Path, anchor: Anchor, *, chain_id: str) -> None:
        """Make the memory of a meter that has used no key yet."""
        path.touch(mode=0o600, exist_ok=False)
        db = sqlite3.connect(path)
        db.executescript(_SCHEMA)
        with db:
            db.execute("INSERT INTO meter VALUES (1, ?, 0)", (chain_id,))
        db.close()
        anchor.write(0)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def trees(self, epoch: int) -> list[KeptTree]:
        """Return the trees of an epoch that were not discarded, in their order."""
        found = self._db.execute(
            f"SELECT {_TREE} FROM tree WHERE epoch = ? AND NOT discarded ORDER BY number",  # noqa: S608 - constant
            (epoch,),
        )
        return [KeptTree(*row) for row in found]

    def unpublished(self, epoch: int) -> list[KeptTree]:
        """Return those of an epoch's trees that the ledger has not taken yet."""
        published = self._published()
        return [tree for tree in self.trees(epoch) if tree.id not in published]

    def keep_tree(self, epoch: int, number: int, depth: int, salt: bytes, root: bytes, keys: bytes) -> None:
        """Remember a new tree."""
        with self._step():
            self._db.execute(
                "INSERT INTO tree (epoch, number, depth, salt, root, public_keys) VALUES (?, ?, ?, ?, ?, ?)",
                (epoch, number, depth, salt, root, keys),
            )

    def mark_published(self, root: bytes) -> None:
        """Remember that the ledger has taken a tree, so that its keys may sign."""
        self._db.execute("UPDATE tree SET published = 1 WHERE root = ?", (root,))

    def questions(self, tree: KeptTree) -> list[Question]:
        """Return what was asked for a tree, by position of the witness."""
        found = self._db.execute(
            "SELECT tree, position, blind_key, blinded, inverse, signature FROM question WHERE tree = ?"
            " ORDER BY position",
            (tree.id,),
        )
        return [
            Question(id_, position, blind_key, blinded, int.from_bytes(inverse, "big"), signature)
            for id_, position, blind_key, blinded, inverse, signature in found
        ]

    def keep_question(self, question: Question) -> None:
        """Remember what is about to be asked."""
        inverse = question.inverse.to_bytes(len(question.blinded), "big")
        row = (question.tree, question.position, question.blind_key, question.blinded, inverse)
        self._db.execute(
            "INSERT INTO question (tree, position, blind_key, blinded, inverse) VALUES (?, ?, ?, ?, ?)", row
        )

    def keep_signature(self, question: Question, signature: bytes) -> None:
        """Remember a witness's signature."""
        self._db.execute(
            "UPDATE question SET signature = ? WHERE tree = ? AND position = ?",
            (signature, question.tree, question.position),
        )

    def use_key(self, epoch: int, subject: bytes, energy_wh: int) -> Use:
        """Return the key that signs for a subject: always the same one, and for no other subject.

        Trees and places are taken at random, so that neither their order nor the change from one tree to the
        next tells an observer anything.

        Raises
        ------
        AlreadyReceipted : the subject has a receipt over another amount
        NoKeyLeft : all keys of the epoch's published trees are used, or the trees were discarded
        """
        before = self._db.execute(
            "SELECT tree, place, epoch, energy_wh FROM used WHERE subject = ?", (subject,)
        ).fetchone()
        if before is not None:
            tree, place, _, signed_wh = before
            if signed_wh != energy_wh:
                raise AlreadyReceipted(subject=subject.hex(), energy_wh=signed_wh)
            return Use(self._usable(tree), place)
        free = self._free(epoch)
        if not free:
            raise NoKeyLeft(epoch=epoch, discarded=self._count_discarded(epoch))
        tree, place = secrets.choice(free)
        with self._step():
            self._db.execute(
                "INSERT INTO used VALUES (?, ?, ?, ?, ?)", (tree.id, place, epoch, subject, energy_wh)
            )
        return Use(tree, place)

    def owns(self, root: bytes) -> bool:
        """Tell whether a tree is this meter's."""
        return self._db.execute("SELECT 1 FROM tree WHERE root = ?", (root,)).fetchone() is not None

    def signed(self, subject: bytes, root: bytes) -> bool:
        """Tell whether a key of this tree was used for the subject."""
        query = "SELECT 1 FROM used JOIN tree ON tree.id = used.tree WHERE subject = ? AND root = ?"
        return self._db.execute(query, (subject, root)).fetchone() is not None

    def discard(self, epoch: int) -> int:
        """Throw the trees of an epoch away, whose keys somebody else seems to have; return how many."""
        with self._step():
            return self._db.execute(
                "UPDATE tree SET discarded = 1 WHERE epoch = ? AND NOT discarded", (epoch,)
            ).rowcount

    def left(self, epoch: int) -> int:
        """Return how many keys of an epoch may still sign."""
        return len(self._free(epoch))

    def _free(self, epoch: int) -> list[tuple[KeptTree, int]]:
        used = set(self._db.execute("SELECT tree, place FROM used WHERE epoch = ?", (epoch,)))
        published = self._published()
        return [
            (tree, place)
            for tree in self.trees(epoch)
            if tree.id in published
            for place in range(1 << tree.depth)
            if (tree.id, place) not in used
        ]

    def _published(self) -> set[int]:
        return {row[0] for row in self._db.execute("SELECT id FROM tree WHERE published")}

    def _usable(self, tree: int) -> KeptTree:
        query = f"SELECT {_TREE}, discarded FROM tree WHERE id = ?"  # noqa: S608 - constant
        row = self._db.execute(query, (tree,)).fetchone()
        *kept, discarded = row
        found = KeptTree(*kept)
        if discarded:
            raise NoKeyLeft(epoch=found.epoch, discarded=self._count_discarded(found.epoch))
        return found

    def _count_discarded(self, epoch: int) -> int:
        query = "SELECT count(*) FROM tree WHERE epoch = ? AND discarded"
        return int(self._db.execute(query, (epoch,)).fetchone()[0])

    def _discard_if_restored(self, anchored: int | None) -> int:
        """Discard every tree where the anchor is ahead of us or gone; catch it up where it is behind."""
        if anchored is not None and anchored <= self._generation:
            if anchored < self._generation:
                self._anchor.write(self._generation)
            return 0
        self._generation = max(self._generation, anchored or 0)
        with self._step():
            return self._db.execute("UPDATE tree SET discarded = 1 WHERE NOT discarded").rowcount

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Make one durable change that no restored backup can undo unnoticed: here, then in the anchor."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("UPDATE meter SET generation = ?", (self._generation + 1,))
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._generation += 1
        self._anchor.write(self._generation)
