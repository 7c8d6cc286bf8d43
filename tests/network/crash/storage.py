"""A disk that loses what was not synced: builds `unsynced.c` and rolls files back to a power loss."""

import os
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BLOCK_BYTES = 4096
_ENTRY = struct.Struct("=QQQQII")
_SOURCE = Path(__file__).with_name("unsynced.c")


def build_shim(folder: Path) -> Path:
    """Compile the shim; a C compiler is among the stated requirements, so its absence is a failure."""
    library = folder / "unsynced.so"
    compiler = os.environ.get("CC", "cc")
    assert shutil.which(compiler), f"these tests need a C compiler: {compiler} is not on the PATH"
    flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, "-o", library, _SOURCE, "-ldl", "-lpthread"], check=True)
    return library


@dataclass
class Disk:
    """A folder below which a process with this `environment` has its writes journalled."""

    shim: Path
    root: Path
    journal: Path

    def environment(self, *, kill_at: int | None = None) -> dict[str, str]:
        """Return what a process needs in its environment; it kills itself before its n-th write or sync."""
        added = {
            "LD_PRELOAD": str(self.shim),
            "UNSYNCED_ROOT": str(self.root),
            "UNSYNCED_JOURNAL": str(self.journal),
            "UNSYNCED_FULL": str(self.full_path),
        }
        return added if kill_at is None else added | {"UNSYNCED_KILL_AT": str(kill_at)}

    @property
    def full_path(self) -> Path:
        """The file whose presence fills the disk; it says how many more writes still pass."""
        return self.journal.with_suffix(".full")

    def unsynced(self) -> "Unsynced":
        """Read what the journal says to be at risk."""
        return _read(self.journal)


@dataclass
class _Block:
    """What a block on the disk may hold: the durable content first; the newest stays in the file."""

    older: list[bytes] = field(default_factory=list)


@dataclass
class _File:
    blocks: dict[int, _Block] = field(default_factory=dict)
    written: dict[int, list[int]] = field(default_factory=dict)
    durable_bytes: int | None = None


@dataclass
class Unsynced:
    """What a power loss may take: blocks and lengths of files, and names whose folder was never synced."""

    files: dict[Path, _File] = field(default_factory=dict)
    names: list[Path] = field(default_factory=list)
    syncs: int = 0

    @property
    def block_count(self) -> int:
        """Number of blocks with more than one possible content."""
        return sum(len(file.blocks) for file in self.files.values())

    def drop_all(self, root: Path, copy: Path) -> None:
        """Take everything that was not synced from a copy of the folder."""
        for path, file in self._in_copy(root, copy):
            _put_back(path, {at: block.older[0] for at, block in file.blocks.items()})
            if file.durable_bytes is not None:
                os.truncate(path, file.durable_bytes)
        for name in reversed(self.names):
            _remove(copy / name.relative_to(root))

    def drop_some(self, root: Path, copy: Path, draw: random.Random) -> None:
        """Take some of it: each block, length and name by a throw of its own, as a disk that reorders may."""
        for path, file in self._in_copy(root, copy):
            chosen = {at: draw.choice([*block.older, None]) for at, block in sorted(file.blocks.items())}
            _put_back(path, {at: old for at, old in chosen.items() if old is not None})
            if file.durable_bytes is not None and draw.random() < 0.5:
                os.truncate(path, file.durable_bytes)
        for name in reversed(self.names):
            if draw.random() < 0.5:
                _remove(copy / name.relative_to(root))

    def _in_copy(self, root: Path, copy: Path) -> Iterator[tuple[Path, _File]]:
        for path, file in self.files.items():
            yield copy / path.relative_to(root), file


def _put_back(path: Path, blocks: dict[int, bytes]) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        for at, old in blocks.items():
            file.seek(at)
            file.write(old[: max(0, size - at)])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _read(journal: Path) -> Unsynced:
    found = Unsynced()
    for kind, number, offset, length, size, path, old in _entries(journal.read_bytes()):
        assert kind != "U", f"the shim does not model this call: {path}"
        file = found.files.setdefault(Path(path), _File())
        if kind == "W":
            _written(file, number, offset, length, size, old)
        elif kind == "D":
            assert file.durable_bytes is None, f"{path}: a synced write to a part of it that is not durable"
            _durable(file, file.written[number])
        elif kind == "S":
            found.syncs += 1
            _durable(file, list(file.blocks))
            file.durable_bytes = None
            found.names = [name for name in found.names if name.parent != Path(path)]
        elif kind == "C":
            found.names.append(Path(path))
    found.files = {
        path: file for path, file in found.files.items() if file.blocks or file.durable_bytes is not None
    }
    return found


def _written(file: _File, number: int, offset: int, length: int, size: int, old: bytes) -> None:
    places = list(range(offset, offset + length, BLOCK_BYTES))
    file.written[number] = places
    for at in places:
        block = file.blocks.setdefault(at, _Block())
        block.older.append(old[at - offset : at - offset + BLOCK_BYTES])
    if offset + length > size and file.durable_bytes is None:
        file.durable_bytes = size


def _durable(file: _File, places: list[int]) -> None:
    for at in places:
        file.blocks.pop(at, None)


def _entries(data: bytes) -> Iterator[tuple[str, int, int, int, int, str, bytes]]:
    at = 0
    while at + _ENTRY.size <= len(data):
        number, offset, length, size, kind, path_bytes = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        path, old = data[at : at + path_bytes].decode(), data[at + path_bytes : at + path_bytes + length]
        at += path_bytes + length
        yield chr(kind), number, offset, length, size, path, old
