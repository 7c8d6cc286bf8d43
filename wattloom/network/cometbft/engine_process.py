"""The stock node as a child process: started, listened to, and ended."""

import ctypes
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import structlog

STOP_S = 20.0
"""How long the engine may take to end before it is killed; it syncs its stores."""

CONSENSUS_FAILED = b"CONSENSUS FAILURE!!!"
"""What the engine logs when its consensus has ended for good; the process itself goes on."""

KEPT_CHARS = 400

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

log = structlog.get_logger(__name__)


class EngineProcess:
    """One `cometbft start`; `on_end` hears once why it ended, from a thread of its own.

    The engine is meant to end by itself when its application goes away, and does not always; so the system
    kills it when this process is gone. That counts for the thread that starts it: use the main one.
    """

    def __init__(self, program: Path, home: Path, log_path: Path, *, on_end: Callable[[str], None]) -> None:
        self._on_end = on_end
        self._log = log_path.open("ab", buffering=0)
        self._process = subprocess.Popen(  # noqa: S603 - the program that was found, in our own folder
            [program, "start", "--home", home],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent,
        )
        self._last = b""
        self._failure = ""
        self._thread = threading.Thread(target=self._listen, name="engine-log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the engine and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            log.warning("the engine does not end and is killed", waited_s=STOP_S)
            self._process.kill()
        self._thread.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
        self._copy(self._process.stdout)
        status = self._process.wait()
        self._log.close()
        said = self._last[-KEPT_CHARS:].decode(errors="replace").strip()
        self._on_end(self._failure or f"the engine ended with status {status}: {said}")

    def _copy(self, output: IO[bytes]) -> None:
        for line in output:
            self._log.write(line)
            if line.strip():
                self._last = line
            if CONSENSUS_FAILED in line:
                said = line[:KEPT_CHARS].decode(errors="replace").strip()
                self._failure = f"consensus failed, this node disagrees with the others: {said}"
                self._process.terminate()


def _die_with_parent() -> None:
    """Ask Linux to kill this process when its parent has died; elsewhere nothing is asked."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
