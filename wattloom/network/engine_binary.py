"""The stock `cometbft` program at the one version that we are tested with: found, or built into a cache.

It is built as CometBFT's own release builds are (no C compiler, no paths of the building machine, no debug
tables), so it is the same engine on every machine of an architecture.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wattloom.network.go_toolchain import Tell, ToolFailed, cache_folder, find_go, one_at_a_time, run

ENGINE_VERSION = "0.39.4"
MODULE = "github.com/cometbft/cometbft/cmd/cometbft"
CHOICE = "WATTLOOM_ENGINE"
"""Environment variable that names the program, before PATH and cache are looked at."""


class EngineMissing(Exception):
    """There is no `cometbft` of the right version, or it cannot be built; the sentence says what to do."""


def find_engine() -> Path:
    """Return the program `cometbft` of `ENGINE_VERSION`; raise `EngineMissing` where there is none."""
    chosen = os.environ.get(CHOICE)
    if chosen:
        return _require_version(Path(chosen).absolute(), f"name another one in {CHOICE}, or unset it")
    others: list[str] = []
    for path in _candidates():
        found = engine_version(path)
        if found == ENGINE_VERSION:
            return path
        others.append(f"{path} is {found or 'no cometbft'}")
    seen = f" ({'; '.join(others)})" if others else ""
    raise EngineMissing(
        f"cometbft {ENGINE_VERSION} is not installed{seen}: run `wattloom network install-engine`"
    )


def install_engine(tell: Tell = lambda _: None) -> Path:
    """Return the program, building it into the cache if there is none; `tell` is told what takes time.

    Raises
    ------
    EngineMissing : it cannot be built here; the sentence holds the last lines of the tool that failed
    """
    try:
        return find_engine()
    except EngineMissing:
        if os.environ.get(CHOICE):  # a choice that does not hold is not to be passed over
            raise
    with one_at_a_time(_cached().parent.parent):
        if engine_version(_cached()) != ENGINE_VERSION:  # another installer may have been here meanwhile
            _build(tell)
    return _cached()


def engine_version(program: Path) -> str:
    """Return the version that a program says it is; empty for what is no `cometbft`."""
    try:
        return run([program, "version"]).strip().partition("+")[0]  # a release build adds its commit
    except ToolFailed:
        return ""


def _candidates() -> Iterator[Path]:
    """Give every `cometbft` on PATH, then the cached one."""
    for folder in os.get_exec_path():
        found = shutil.which("cometbft", path=folder)
        if found is not None:
            yield Path(found).absolute()
    if _cached().exists():
        yield _cached()


def _cached() -> Path:
    return cache_folder() / "engine" / ENGINE_VERSION / "cometbft"


def _build(tell: Tell) -> None:
    folder = _cached().parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = ["install", "-trimpath", "-ldflags", "-s -w", f"{MODULE}@v{ENGINE_VERSION}"]
        try:
            go = find_go(tell)
            tell(f"building cometbft {ENGINE_VERSION} with {go} (some minutes the first time)")
            run([go, *command], GOBIN=scratch, CGO_ENABLED="0")
        except ToolFailed as error:
            raise EngineMissing(
                f"cometbft {ENGINE_VERSION} cannot be built here; give this machine access to the package "
                f"registries, or put the program on PATH or into {CHOICE}. {error}"
            ) from error
        built = _require_version(Path(scratch) / "cometbft", "look at the environment that Go is given")
        built.rename(_cached())


def _require_version(program: Path, remedy: str) -> Path:
    found = engine_version(program)
    if found != ENGINE_VERSION:
        what = f"cometbft {found}" if found else "no cometbft that runs"
        raise EngineMissing(f"{program} is {what}, not cometbft {ENGINE_VERSION}: {remedy}")
    return program
