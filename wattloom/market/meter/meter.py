"""The meter: what it says under its own name, and what it says under a name that is used once."""

import fcntl
import hmac
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final, NamedTuple

from wattloom.chaincode.existence.messages import AskForTrees, Enlist, Received, SignedTree, Spend, Voucher
from wattloom.chaincode.existence.records import Epoch
from wattloom.identity import files
from wattloom.identity.existence import blinding, statements
from wattloom.identity.existence.blind_keys import modulus
from wattloom.identity.existence.derivation import SALT_BYTES, scalar
from wattloom.identity.existence.trees import Tree
from wattloom.identity.handles import lfdi
from wattloom.market.meter.anchor import Anchor
from wattloom.market.meter.errors import MeterUnusable
from wattloom.market.meter.profiles import Profile, Signer, certificate_of, profile
from wattloom.market.meter.store import KeptTree, MeterStore, Question

KEY_FILE: Final = "meter.key"
CHAIN_FILE: Final = "meter.pem"
STATE_FILE: Final = "meter.db"
LOCK_FILE: Final = "meter.lock"


class BlindQuestion(NamedTuple):
    """What a witness is asked: to sign what it cannot read, for a meter that it can look up."""

    epoch: int
    lfdi: str
    witness: str
    tree: int
    blinded: bytes
    signature: bytes

    @property
    def statement(self) -> bytes:
        """What the meter has signed."""
        return statements.question(
            epoch=self.epoch, lfdi=self.lfdi, witness=self.witness, tree=self.tree, blinded=self.blinded
        )


class Reading(NamedTuple):
    """The net energy of a slot (positive drawn), signed by the meter under its own name."""

    lfdi: str
    slot_start_s: int
    slot_s: int
    net_wh: int
    signature: bytes


def anchor_beside(folder: Path) -> Path:
    """Return where the anchor of a meter's folder is kept, unless somebody says otherwise."""
    return folder.parent / f"{folder.name}.anchor"


class Meter:
    """A meter in its folder, which one process at a time may have open.

    Parameters
    ----------
    folder : with `meter.key` and `meter.pem`, as the manufacturer has made them, and `meter.db`
    anchor : the file that says how far the meter has come; keep it out of backups
    """

    def __init__(
        self, folder: Path, *, anchor: Path | None = None, password: str | None = None, keys: str = "openssl"
    ) -> None:
        self.folder = folder
        if not (folder / STATE_FILE).exists():
            raise MeterUnusable(f"{folder}: no meter was prepared here; run: wattloom meter prepare {folder}")
        self._profile: Final[Profile] = profile(keys)
        private = self._profile.scalar_of(files.read_private(folder / KEY_FILE), password)
        self._own = self._profile.signer(private)
        self._secret = hmac.digest(private.to_bytes(32, "big"), b"wattloom/existence/secret/v1", "sha256")
        self.lfdi: Final = lfdi(certificate_of(files.read_public(folder / CHAIN_FILE)))
        with ExitStack() as stack:
            stack.enter_context(_locked(folder))
            self._store = MeterStore(folder / STATE_FILE, Anchor(anchor or anchor_beside(folder)))
            stack.callback(self._store.close)
            self._open = stack.pop_all()

    @classmethod
    def prepare(cls, folder: Path, *, chain_id: str, anchor: Path | None = None) -> None:
        """Make the memory of a meter whose keys are in the folder already."""
        if not (folder / KEY_FILE).exists():
            raise MeterUnusable(f"{folder}: has no {KEY_FILE}; make one with `wattloom identity issue-meter`")
        if (folder / STATE_FILE).exists():
            raise MeterUnusable(f"{folder}: is prepared already; its keys would be used twice")
        MeterStore.create(folder / STATE_FILE, Anchor(anchor or anchor_beside(folder)), chain_id=chain_id)

    def close(self) -> None:
        """Let another process have the folder."""
        self._open.close()

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def chain_id(self) -> str:
        """The ledger that it signs for."""
        return str(self._store.chain_id)

    @property
    def discarded(self) -> int:
        """How many trees were thrown away at opening, because the folder had been restored."""
        return self._store.discarded

    def ask(self, epoch: int, trees: int) -> AskForTrees:
        """Return the request for so many trees, under the meter's own name."""
        signed = statements.request(self.chain_id, epoch=epoch, lfdi=self.lfdi, trees=trees)
        return AskForTrees(epoch=epoch, lfdi=self.lfdi, trees=trees, signature=self._own.sign(signed))

    def enlist(self, blind_key: bytes, *, version: int) -> Enlist:
        """Return the offer to vouch for others; `version` is above that of the last one."""
        signed = statements.enlistment(self.chain_id, lfdi=self.lfdi, version=version, blind_key=blind_key)
        signature = self._own.sign(signed)
        return Enlist(lfdi=self.lfdi, version=version, blind_key=blind_key, signature=signature)

    def read(self, *, slot_start_s: int, slot_s: int, net_wh: int) -> Reading:
        """Return a signed reading."""
        slot = {"slot_start_s": slot_start_s, "slot_s": slot_s, "net_wh": net_wh}
        signed = statements.reading(self.chain_id, lfdi=self.lfdi, **slot)
        return Reading(self.lfdi, **slot, signature=self._own.sign(signed))

    def questions(self, epoch: Epoch, trees: int) -> Iterator[BlindQuestion]:
        """Make the epoch's trees, if they are not there yet, and yield what is still to be asked of whom."""
        self._make_trees(epoch, trees)
        for tree in self._store.trees(epoch.number):
            if not self._store.questions(tree):
                self._blind(epoch, tree)
            for question in self._store.questions(tree):
                if question.signature is None:
                    yield self._question(epoch, tree, question)

    def take_answer(self, question: BlindQuestion, blind_signature: bytes) -> None:
        """Unblind a witness's answer and keep it; raise `IdentityRejected` unless it is a signature."""
        for tree in self._store.trees(question.epoch):
            for asked in self._store.questions(tree):
                if asked.blinded == question.blinded:
                    message = self._vouched(tree)
                    signature = blinding.finalize(
                        modulus(asked.blind_key), message, blind_signature, asked.inverse
                    )
                    self._store.keep_signature(asked, signature)

    def signed_trees(self, epoch: Epoch) -> list[SignedTree]:
        """Return the trees that enough witnesses have signed and the ledger has not yet, by root."""
        signed = []
        for tree in self._store.unpublished(epoch.number):
            answered = [asked for asked in self._store.questions(tree) if asked.signature is not None]
            if len(answered) >= epoch.needed:
                vouchers = [
                    Voucher(witness=asked.position, signature=asked.signature or b"") for asked in answered
                ]
                signed.append(SignedTree(root=tree.root.hex(), vouchers=vouchers[: epoch.needed]))
        return sorted(signed, key=lambda tree: tree.root)

    def roots(self, epoch: int) -> list[str]:
        """Return the roots of the meter's trees of an epoch, which nobody else may learn."""
        return [tree.root.hex() for tree in self._store.trees(epoch)]

    def mark_published(self, root: str) -> None:
        """Remember that the ledger has taken a tree; only then its keys sign."""
        self._store.mark_published(bytes.fromhex(root))

    def receipt(self, *, epoch: int, subject: bytes, energy_wh: int) -> Spend:
        """Return the receipt for a subject (SHA-256): the same one however often it is asked for.

        Raises
        ------
        AlreadyReceipted, NoKeyLeft : see `MeterStore.use_key`
        """
        use = self._store.use_key(epoch, subject, energy_wh)
        tree, key = Tree(_public_keys(use.tree)), self._signer(use.tree.salt, use.place)
        signed = statements.receipt(self.chain_id, root=tree.root, subject=subject, energy_wh=energy_wh)
        return Spend(
            epoch=epoch,
            root=tree.root.hex(),
            index=use.place,
            path=list(tree.path(use.place)),
            public_key=key.spki,
            subject=subject.hex(),
            energy_wh=energy_wh,
            signature=key.sign(signed),
        )

    def left(self, epoch: int) -> int:
        """Return how many receipts the meter can still sign in an epoch."""
        return self._store.left(epoch)

    def heed(self, receipts: Iterable[Received]) -> int:
        """Discard the trees of every epoch in which the ledger has a receipt of ours that we have not signed.

        The ledger tells of all receipts to everybody who follows it; to ask it for one's own would say which
        they are. Returns how many trees were discarded.
        """
        foreign = {
            told.epoch
            for told in receipts
            if self._store.owns(bytes.fromhex(told.root))
            and not self._store.signed(bytes.fromhex(told.subject), bytes.fromhex(told.root))
        }
        return sum(self._store.discard(epoch) for epoch in sorted(foreign))

    def _make_trees(self, epoch: Epoch, trees: int) -> None:
        for number in range(len(self._store.trees(epoch.number)), trees):
            salt = secrets.token_bytes(SALT_BYTES)
            keys = [self._signer(salt, place).spki for place in range(1 << epoch.depth)]
            root = Tree(keys).root
            self._store.keep_tree(epoch.number, number, epoch.depth, salt, root, b"".join(keys))

    def _blind(self, epoch: Epoch, tree: KeptTree) -> None:
        for position, drawn in enumerate(epoch.witnesses):
            blinded = blinding.blind(modulus(drawn.blind_key), self._vouched(tree))
            question = Question(tree.id, position, drawn.blind_key, blinded.message, blinded.inverse, None)
            self._store.keep_question(question)

    def _question(self, epoch: Epoch, tree: KeptTree, question: Question) -> BlindQuestion:
        witness = epoch.witnesses[question.position].lfdi
        unsigned = BlindQuestion(epoch.number, self.lfdi, witness, tree.number, question.blinded, b"")
        return unsigned._replace(signature=self._own.sign(unsigned.statement))

    def _vouched(self, tree: KeptTree) -> bytes:
        return statements.tree(self.chain_id, epoch=tree.epoch, depth=tree.depth, root=tree.root)

    def _signer(self, salt: bytes, place: int) -> Signer:
        return self._profile.signer(scalar(self._secret, salt, place))


def _public_keys(tree: KeptTree) -> list[bytes]:
    size = len(tree.public_keys) >> tree.depth
    return [tree.public_keys[at : at + size] for at in range(0, len(tree.public_keys), size)]


def _locked(folder: Path) -> IO[str]:
    """Return the lock of a folder, held until it is closed; raise `MeterUnusable` if another has it."""
    lock = (folder / LOCK_FILE).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise MeterUnusable(f"{folder}: another process has this meter open") from None
    return lock
