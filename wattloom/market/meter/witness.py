"""A witness: a meter that was drawn, and signs blindly for meters that have asked on the ledger."""

import sqlite3
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from wattloom.chaincode.existence.messages import Asked
from wattloom.chaincode.existence.records import Epoch
from wattloom.identity.existence.witness_keys import WitnessKey
from wattloom.identity.signatures import VerifyingKey
from wattloom.market.meter import ledger
from wattloom.market.meter.errors import NotVouched
from wattloom.market.meter.meter import BlindQuestion, Meter
from wattloom.network.client import Client, Refused

STATE_FILE: Final = "witness.db"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS signed (
  epoch INTEGER NOT NULL, lfdi TEXT NOT NULL, tree INTEGER NOT NULL, blinded BLOB NOT NULL,
  PRIMARY KEY (epoch, lfdi, tree));
"""


class Witness:
    """The witness in a meter's folder: its keys, and what it has signed.

    A key that was drawn serves its one epoch, and the ledger takes it off the roll before the next.
    """

    def __init__(self, folder: Path, lfdi: str, *, password: str | None = None) -> None:
        self._folder, self._lfdi, self._password = folder, lfdi, password
        path = folder / STATE_FILE
        path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def new_key(self) -> WitnessKey:
        """Make a key, to be enlisted with; it is on the disk when this returns."""
        key = WitnessKey.generate()
        key.save(self._path(key.blind_key), password=self._password)
        return key

    def enlist(self, meter: Meter, client: Client) -> bool:
        """Put a fresh key on the roll, unless one of ours waits there to be drawn; tell whether it did."""
        waiting = ledger.waiting_key(client, self._lfdi)
        if waiting is not None and self._path(waiting).exists():
            return False
        client.submit("existence:enlist", meter.enlist(self.new_key().blind_key, version=_now_ms()))
        return True

    def answering(self, client: Client) -> Callable[[BlindQuestion], bytes]:
        """Return `answer` with what the ledger knows of who asks, and of the epoch."""

        def answer(question: BlindQuestion) -> bytes:
            try:
                epoch = ledger.epoch(client, question.epoch)
                asked = ledger.asked(client, question.epoch, question.lfdi)
            except Refused as refusal:
                raise NotVouched(f"meter {question.lfdi}, epoch {question.epoch}: {refusal}") from None
            return self.answer(question, asked, epoch)

        return answer

    def drawn_at(self, epoch: Epoch) -> int | None:
        """Return this meter's position among an epoch's witnesses, or None."""
        positions = [place for place, drawn in enumerate(epoch.witnesses) if drawn.lfdi == self._lfdi]
        return positions[0] if positions else None

    def answer(self, question: BlindQuestion, asked: Asked, epoch: Epoch) -> bytes:
        """Return the blind signature.

        Parameters
        ----------
        asked : what the ledger knows of who asks
        epoch : as the ledger has it

        Raises
        ------
        NotVouched : this meter was not drawn, or the tree is none that was asked for
        IdentityRejected : the question is not signed by the meter that it names, or is no number to be signed
        KeyFileError : the key that was drawn is not in the folder
        """
        # (1) we were drawn for this epoch, and this epoch alone
        if not epoch.drawn:
            raise NotVouched(f"epoch {epoch.number}: its witnesses are not drawn yet", final=False)
        position = self.drawn_at(epoch)
        if position is None or question.witness != self._lfdi or question.epoch != epoch.number:
            raise NotVouched(f"epoch {epoch.number}: this meter is not among its witnesses")
        # (2) by a meter that has asked on the ledger, for a tree within the number that it asked for
        if (asked.epoch, asked.lfdi) != (question.epoch, question.lfdi):
            raise NotVouched(f"meter {question.lfdi} has not asked for trees of epoch {question.epoch}")
        if not 0 <= question.tree < asked.trees:
            raise NotVouched(
                f"meter {question.lfdi} asked for {asked.trees} trees, not for number {question.tree}"
            )
        # (3) which has signed just this question
        VerifyingKey(asked.public_key).verify(question.signature, question.statement)
        # (4) once for each tree; the same question has the same answer
        self._remember(question)
        drawn = epoch.witnesses[position].blind_key
        return WitnessKey.load(self._path(drawn), password=self._password).blind_sign(question.blinded)

    def _remember(self, question: BlindQuestion) -> None:
        row = (question.epoch, question.lfdi, question.tree)
        self._db.execute("INSERT OR IGNORE INTO signed VALUES (?, ?, ?, ?)", (*row, question.blinded))
        query = "SELECT blinded FROM signed WHERE epoch = ? AND lfdi = ? AND tree = ?"
        if self._db.execute(query, row).fetchone()[0] != question.blinded:
            raise NotVouched(f"meter {question.lfdi} has had another tree {question.tree} signed")

    def _path(self, blind_key: bytes) -> Path:
        return self._folder / f"witness-{sha256(blind_key).hexdigest()[:16]}.key"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
