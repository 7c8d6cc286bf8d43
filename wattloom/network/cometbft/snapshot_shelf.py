"""Finished snapshots on the disk: each is a folder, which has its name only when it is complete."""

import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog

from wattloom.network import failpoints
from wattloom.network.cometbft.snapshot_form import FORMAT, Head, SnapshotInfo, SnapshotRejected
from wattloom.network.state.history import Standing

_TAKING = ".taking-"
_CHUNKS, _INDEX = "chunks", "index"

log = structlog.get_logger(__name__)


class _Index(msgspec.Struct, frozen=True, array_like=True):
    """What stands beside the chunks, which are one file: the head, and where each chunk ends."""

    head: Head
    ends: list[int]


class SnapshotShelf:
    """The snapshots that a node offers; any thread may read while one writes.

    What a crash left unfinished, and what is damaged, is removed on opening.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in folder.glob(f"{_TAKING}*"):
            shutil.rmtree(leftover)
        self._indexes = {int(path.name): index for path in _snapshots(folder) if (index := _open(path))}

    def infos(self) -> list[SnapshotInfo]:
        """Return every snapshot, newest first."""
        with self._lock:
            indexes = sorted(self._indexes.items(), reverse=True)
        return [SnapshotInfo.of(height, index.head) for height, index in indexes]

    def info(self, height: int) -> SnapshotInfo | None:
        """Return the snapshot of a height, or None."""
        return next((info for info in self.infos() if info.height == height), None)

    def chunk(self, height: int, format_: int, number: int) -> bytes | None:
        """Return a chunk as it travels; None where there is none."""
        with self._lock:
            index = self._indexes.get(height)
        if index is None or format_ != FORMAT or not 0 <= number < len(index.ends):
            return None
        start = index.ends[number - 1] if number else 0
        try:
            with (self._path(height) / _CHUNKS).open("rb") as file:
                file.seek(start)
                return file.read(index.ends[number] - start)
        except FileNotFoundError:  # removed since
            return None

    def put(
        self, standing: Standing, block_time_s: int, chunks: Iterable[tuple[bytes, bytes]]
    ) -> SnapshotInfo:
        """Write the snapshot of a height from its chunks: hash and packed bytes, in order.

        An exception, also one of `chunks`, leaves nothing.
        """
        scratch = self._folder / f"{_TAKING}{standing.height}"
        scratch.mkdir(mode=0o700)
        try:
            index = _write_chunks(scratch / _CHUNKS, standing.contracts, block_time_s, chunks)
            _write(scratch / _INDEX, msgspec.msgpack.encode(index))
            _sync_folder(scratch)
            failpoints.reach("snapshot written")
            scratch.rename(self._path(standing.height))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        _sync_folder(self._folder)
        with self._lock:
            self._indexes[standing.height] = index
        return SnapshotInfo.of(standing.height, index.head)

    def keep(self, newest: int) -> None:
        """Remove all but the newest ones."""
        for info in self.infos()[newest:]:
            with self._lock:
                del self._indexes[info.height]
            shutil.rmtree(self._path(info.height))

    def _path(self, height: int) -> Path:
        return self._folder / str(height)


def _write_chunks(
    path: Path, contracts: tuple[str, ...], block_time_s: int, chunks: Iterable[tuple[bytes, bytes]]
) -> _Index:
    hashes, ends = bytearray(), []
    with path.open("xb") as file:
        for chunk_hash, packed in chunks:
            file.write(packed)
            hashes += chunk_hash
            ends.append(file.tell())
        file.flush()
        os.fsync(file.fileno())
    return _Index(Head(block_time_s, contracts, bytes(hashes)), ends)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _snapshots(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.isdecimal()]


def _open(path: Path) -> _Index | None:
    """Read what stands beside a snapshot's chunks; remove a snapshot that is damaged."""
    try:
        return _read_index(path)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, SnapshotRejected) as error:
        log.warning("a damaged snapshot is removed", path=str(path), reason=str(error))
    shutil.rmtree(path)
    return None


def _read_index(path: Path) -> _Index:
    index = msgspec.msgpack.decode((path / _INDEX).read_bytes(), type=_Index)
    SnapshotInfo.of(int(path.name), index.head).head()
    if len(index.ends) != index.head.chunks or (path / _CHUNKS).stat().st_size != index.ends[-1]:
        raise SnapshotRejected("its chunks are not whole")
    return index


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
