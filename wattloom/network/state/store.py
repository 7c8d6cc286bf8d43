"""One folder of durable tables, from bytes to bytes, over LMDB.

Threads: any thread may open a snapshot at any time, also while a batch is written, and one thread at a time
may use it. One thread at a time writes: a second `batch` waits for the first. An open snapshot keeps the
pages that it sees from being reused, so one that is never closed makes the file grow.
"""

import errno
import fcntl
import os
import resource
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet

import lmdb

from wattloom.chaincode.api.errors import MachineFault
from wattloom.network.state.errors import StorageFailed, StorageFull, StorageInUse
from wattloom.network.state.views import Batch, Snapshot

STATE, BUCKETS, UNDO, META = "state", "buckets", "undo", "meta"
OWN_TABLES = (STATE, BUCKETS, UNDO, META)

MAP_BYTES = 64 << 30
"""Address space that a store starts with; the file is only as large as what is in it."""

MAX_TABLES = 32
MAX_SNAPSHOTS = 512
SPARE_SNAPSHOTS = 64
CLOSE_TO_FULL_BYTES = 1 << 20

_FULL_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Store:
    """A folder with tables: `OWN_TABLES` and the ones named on opening.

    A store that is not `durable` skips fsync: for scratch copies that a crash may take. One that is
    `replayed` syncs once a batch, not twice: a power cut may take the last batch, whole, and its engine
    executes that again. `map_bytes` is address space, not disk; it doubles when half of it is used and nobody
    reads.

    Raises
    ------
    StorageInUse : it is open for writing already
    StorageFailed : there is no store to read, or it cannot be opened
    """

    def __init__(
        self,
        path: Path,
        tables: Sequence[str] = (),
        *,
        read_only: bool = False,
        durable: bool = True,
        replayed: bool = False,
        map_bytes: int = MAP_BYTES,
    ) -> None:
        self.path = path
        self._claim = None if read_only else _claim(path)
        self._snapshots: WeakSet[Snapshot] = WeakSet()
        self._gate = threading.Lock()
        self._write_lock = threading.Lock()
        self._writer: int | None = None
        try:
            self._environment = _open(
                path,
                read_only=read_only,
                durable=durable,
                syncs_twice=durable and not replayed,
                map_bytes=map_bytes,
            )
            self._handles = {
                name: self._environment.open_db(name.encode(), create=not read_only)
                for name in dict.fromkeys((*OWN_TABLES, *tables))
            }
            if not read_only:
                _keep_names(path)
        except lmdb.Error as error:
            self._release()
            raise self._fault(error) from error

    def close(self) -> None:
        """End every view and let another process write."""
        with self._write_lock, self._gate:
            self._environment.close()
            self._release()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def snapshot(self) -> Snapshot:
        """Open a view of what is durable now; close it, or use it as a context manager."""
        try:
            with self._gate:
                snapshot = Snapshot(self._environment.begin(), self._handles, self._fault)
                self._snapshots.add(snapshot)
        except lmdb.Error as error:
            raise self._fault(error) from error
        return snapshot

    def copy_to(self, folder: Path) -> None:
        """Write a compact copy of what is durable now into an empty folder, whoever writes meanwhile."""
        try:
            self._environment.copy(str(folder), compact=True)
        except lmdb.Error as error:
            raise self._fault(error) from error

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Write a batch: durable on leaving, dropped whole on any exception.

        Raises
        ------
        StorageFull, StorageFailed : nothing of the batch was written
        """
        if self._writer == threading.get_ident():
            raise RuntimeError("this thread writes a batch already")
        with self._write_lock:
            self._writer = threading.get_ident()
            try:
                yield from self._write()
            except lmdb.Error as error:
                raise self._fault(error) from error
            finally:
                self._writer = None

    def _write(self) -> Iterator[Batch]:
        self._environment.reader_check()  # a reader that was killed must not hold pages back
        self._widen_map()
        transaction = self._environment.begin(write=True)
        batch = Batch(transaction, self._handles, self._fault)
        try:
            yield batch
            transaction.commit()
        finally:
            transaction.abort()  # of no effect after a commit
        for callback in batch.callbacks:
            callback()

    def _widen_map(self) -> None:
        """Double the map when half of it is used; the engine allows that only while nobody reads."""
        info = self._environment.info()
        used_bytes = (info["last_pgno"] + 1) * self._environment.stat()["psize"]
        if used_bytes * 2 < info["map_size"]:
            return
        with self._gate:
            if not any(snapshot.is_open for snapshot in self._snapshots):
                self._environment.set_mapsize(info["map_size"] * 2)

    def _fault(self, error: lmdb.Error) -> MachineFault:
        """Say what an error of the engine means for the operator."""
        if isinstance(error, lmdb.MapFullError):
            return StorageFull(self.path, "its address space is used up; close long readers or start again")
        if error.code in _FULL_CODES or (error.code == errno.EIO and self._lacks_room()):
            return StorageFull(self.path, "free space on its disk or raise the quota, then start again")
        if isinstance(error, lmdb.ReadersFullError):
            return StorageFailed(
                self.path, f"{MAX_SNAPSHOTS} snapshots are open; close readers and try again"
            )
        return StorageFailed(self.path, str(error))

    def _lacks_room(self) -> bool:
        """Tell whether an I/O error, the engine's name for a write cut short, came from a lack of room."""
        if shutil.disk_usage(self.path).free < CLOSE_TO_FULL_BYTES:
            return True
        limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = (self.path / "data.mdb").stat().st_size
        return limit != resource.RLIM_INFINITY and size > limit - CLOSE_TO_FULL_BYTES

    def _release(self) -> None:
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None


def _open(
    path: Path, *, read_only: bool, durable: bool, syncs_twice: bool, map_bytes: int
) -> lmdb.Environment:
    environment = lmdb.open(
        str(path),
        map_size=max(map_bytes, 4 * _file_bytes(path)),
        readonly=read_only,
        create=not read_only,
        sync=durable,
        metasync=syncs_twice,
        mode=0o600,
        max_dbs=MAX_TABLES,
        max_readers=MAX_SNAPSHOTS,
        max_spare_txns=SPARE_SNAPSHOTS,
    )
    environment.reader_check()  # slots of processes that were killed
    return environment


def _keep_names(path: Path) -> None:
    """Make the folder and the names in it durable: syncing a file does not sync the name of a new one."""
    for folder in (path, path.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _file_bytes(path: Path) -> int:
    try:
        return (path / "data.mdb").stat().st_size
    except FileNotFoundError:
        return 0


def _claim(path: Path) -> int:
    """Make the folder the owner's alone, and this process its one writer, for as long as the file is open."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        claim = os.open(path / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageFailed(path, f"{error.strerror}: choose a folder that this user owns") from error
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(claim)
        raise StorageInUse(path, "another process is writing it; stop that one, or open it to read") from None
    return claim
