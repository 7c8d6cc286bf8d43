"""Follow the log: it only grows, its heads are signed, its root is that of its entries, all are announced.

A monitor keeps what it has seen (some tens of hashes), so that a log that shows it another past is found out.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import msgspec

from wattloom.identity.errors import IdentityError, IdentityRejected, KeyFileError
from wattloom.identity.log.heads import TreeHead, verify_head
from wattloom.identity.log.proofs import EMPTY_ROOT
from wattloom.identity.merkle import leaf_hash, node_hash
from wattloom.identity.signatures import VerifyingKey

PAGE: Final = 100


class LogForked(IdentityError):
    """The log is not a continuation of what the monitor has seen, or not what its head says."""


class Source(Protocol):
    """The log, as its service shows it."""

    def head(self) -> TreeHead:
        """Return the newest head."""
        ...

    def entries(self, first_index: int, limit: int) -> Sequence[bytes]:
        """Return entries (DER) from an index on."""
        ...


class Announcements(Protocol):
    """Where it is said in public which certificates there are to be."""

    def among(self, certificate_ids: Sequence[str]) -> set[str]:
        """Return which of these were announced."""
        ...


class Pending(msgspec.Struct, frozen=True):
    """An entry that nobody has announced yet."""

    certificate_id: str
    leaf_index: int
    first_seen_s: int
    der: bytes


class Seen(msgspec.Struct, frozen=True):
    """What a monitor remembers: the log's size, the roots of its perfect subtrees, and its doubts."""

    tree_size: int = 0
    frontier: tuple[bytes, ...] = ()
    pending: tuple[Pending, ...] = ()

    @classmethod
    def load(cls, path: Path) -> "Seen":
        """Read a file; nothing has been seen where there is none."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except FileNotFoundError:
            return cls()
        except (OSError, msgspec.MsgspecError) as error:
            raise KeyFileError(f"{path}: holds no state of a monitor ({error})") from error

    def save(self, path: Path) -> None:
        """Put this in the place of what the file held."""
        beside = path.with_name(f"{path.name}.new")
        beside.write_bytes(msgspec.json.encode(self))
        beside.replace(path)

    @property
    def root(self) -> bytes:
        """The root of the log that was seen."""
        if not self.frontier:
            return EMPTY_ROOT
        *rest, root = self.frontier
        for left in reversed(rest):
            root = node_hash(left, root)
        return root

    def grown(self, entry: bytes) -> "Seen":
        """Return this with one entry more."""
        frontier, node, size = list(self.frontier), leaf_hash(entry), self.tree_size
        while size & 1:
            node, size = node_hash(frontier.pop(), node), size >> 1
        return msgspec.structs.replace(self, tree_size=self.tree_size + 1, frontier=(*frontier, node))


class Monitor:
    """Looks at one log.

    Parameters
    ----------
    log_key : got on another way than from the service
    grace_s : how long an entry may stand in the log before it is announced
    """

    def __init__(
        self, source: Source, log_key: VerifyingKey, announcements: Announcements, *, grace_s: int
    ) -> None:
        self._source, self._log_key = source, log_key
        self._announcements, self._grace_s = announcements, grace_s

    def look(self, seen: Seen, *, now_s: int) -> tuple[Seen, list[Pending]]:
        """Return what has been seen now, and the entries that nobody has announced in time.

        Raises
        ------
        LogForked : the log was cut, rewritten, or is not what its head says
        """
        head = self._source.head()
        try:
            verify_head(head, self._log_key)  # (1) the operator's word
        except IdentityRejected as rejected:
            raise LogForked(f"tree head: {rejected}") from rejected
        if head.tree_size < seen.tree_size:  # (2) it has only grown
            raise LogForked(f"log: has {head.tree_size} entries, had {seen.tree_size}")
        grown, fresh = self._read(seen, head.tree_size, now_s)
        if grown.root != head.root_hash:  # (3) from what it was, by these entries
            raise LogForked(f"log: its {head.tree_size} entries do not have the root that its head says")
        pending = self._unannounced((*seen.pending, *fresh))  # (4) all of which are announced
        late = [each for each in pending if now_s - each.first_seen_s >= self._grace_s]
        return msgspec.structs.replace(grown, pending=pending), late

    def _read(self, seen: Seen, size: int, now_s: int) -> tuple[Seen, list[Pending]]:
        fresh = []
        for entry in self._entries(seen.tree_size, size):
            certificate_id = sha256(entry).hexdigest()
            fresh.append(Pending(certificate_id, seen.tree_size, now_s, entry))
            seen = seen.grown(entry)
        return seen, fresh

    def _entries(self, first: int, size: int) -> Iterator[bytes]:
        while first < size:
            page = self._source.entries(first, min(PAGE, size - first))[: size - first]
            if not page:
                raise LogForked(f"log: holds back its entries from {first} on")
            yield from page
            first += len(page)

    def _unannounced(self, doubtful: Sequence[Pending]) -> tuple[Pending, ...]:
        kept: list[Pending] = []
        for at in range(0, len(doubtful), PAGE):
            page = doubtful[at : at + PAGE]
            known = self._announcements.among([each.certificate_id for each in page])
            kept += [each for each in page if each.certificate_id not in known]
        return tuple(kept)


class AnnouncedInFile:
    """A text file with one certificate's SHA-256, hexadecimal, a line."""

    def __init__(self, path: Path) -> None:
        try:
            self._known = frozenset(path.read_text(encoding="ascii").lower().split())
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileError(f"{path}: holds no list of certificates ({error})") from error

    def among(self, certificate_ids: Sequence[str]) -> set[str]:
        """Return which of these the file names."""
        return set(self._known.intersection(certificate_ids))
