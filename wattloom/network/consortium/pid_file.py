"""Which process is a node's: its id and its start, because ids are given to other processes later."""

import contextlib
import os
import subprocess
from pathlib import Path

import msgspec

from wattloom.network.consortium.layout import write_whole


class ProcessMark(msgspec.Struct, frozen=True, kw_only=True):
    """A process: its id, and when it started as the system words it."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "ProcessMark":
        """Mark a process that runs."""
        return cls(pid=pid, started=_started(pid))

    @property
    def is_running(self) -> bool:
        """Whether this very process runs; one that has ended and is ours is taken off the system's list."""
        return bool(self.started) and _started(self.pid) == self.started


def write_mark(path: Path, mark: ProcessMark) -> None:
    """Remember a process."""
    write_whole(path, msgspec.json.encode(mark))


def running(path: Path) -> ProcessMark | None:
    """Return the process that a file remembers, if it still runs."""
    try:
        mark = msgspec.json.decode(path.read_bytes(), type=ProcessMark)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return mark if mark.is_running else None


def _started(pid: int) -> str:
    """Return when a process started, empty where it runs no more."""
    _reap(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _started_by_ps(pid)
    state, started = fields[0], fields[19]
    return "" if state in "ZX" else f"{boot}/{started}"


def _started_by_ps(pid: int) -> str:
    """Ask `ps`, where there is no /proc."""
    asked = subprocess.run(  # noqa: S603 - a number is asked for
        ["ps", "-o", "lstart=", "-p", str(pid)],  # noqa: S607 - the system's own
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip()


def _reap(pid: int) -> None:
    """Let a child of ours that has ended go; until then the system lists it."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
