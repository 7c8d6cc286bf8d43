"""Reading the stores of a node that does not run: the engine's own `inspect` serves them, without consensus.

It runs in a scratch home, so that nothing in the node's folder changes: a store's tables, which the engine
never rewrites, are linked there, and its other files, which are small, are copied.
"""

import fcntl
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from wattloom.network.cometbft.rpc import RpcClient, RpcRefused, RpcUnavailable
from wattloom.network.engine_binary import find_engine

STORES = ("blockstore.db", "state.db")
TABLES = (".ldb", ".sst")
START_S = 60.0
KEPT_CHARS = 400


class NodeUnreadable(Exception):
    """The stores in a node's folder cannot be read; the sentence says why and what to do."""


class NodeRuns(NodeUnreadable):
    """A running node has the stores open."""


@contextmanager
def inspecting(data: Path, genesis: Path) -> Iterator[RpcClient]:
    """Give a client of what stands in a node's `data` folder.

    Raises
    ------
    NodeRuns : a node has it open
    NodeUnreadable : there are no stores, or they are damaged
    EngineMissing : there is no engine to read them with
    """
    program = find_engine()
    with ExitStack() as stack:
        for name in STORES:
            stack.enter_context(_held(data / name))
        home = Path(stack.enter_context(TemporaryDirectory(prefix="wattloom-inspect-")))
        try:
            for name in STORES:
                _link(data / name, home / "data" / name)
            (home / "config").mkdir()
            shutil.copyfile(genesis, home / "config" / "genesis.json")
        except OSError as error:
            raise NodeUnreadable(f"{error.filename} cannot be read: {error.strerror}") from error
        yield stack.enter_context(_serving(program, home))


@contextmanager
def _held(store: Path) -> Iterator[None]:
    """Hold a store as the engine would, so that no node opens it meanwhile."""
    if not (store / "CURRENT").is_file():
        raise NodeUnreadable(f"{store} holds no blocks: name the folder of a node that has run")
    lock = store / "LOCK"
    if not lock.exists():  # a copy may lack it
        yield
        return
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NodeRuns(
                f"{store} is open in a running node: stop the node, or name its RPC address instead"
            ) from None
        yield


def _link(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.suffix in TABLES:
            (target / path.name).symlink_to(path.absolute())
        elif path.is_file():
            shutil.copyfile(path, target / path.name)


@contextmanager
def _serving(program: Path, home: Path) -> Iterator[RpcClient]:
    address = f"unix://{home}/rpc.sock"
    log_path = home / "log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the program that was found, in our own folder
            [program, "inspect", "--home", home, "--rpc.laddr", address],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with RpcClient(address) as client:
            _wait(process, client, log_path)
            yield client
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], client: RpcClient, log_path: Path) -> None:
    """Wait until the stores are open, which takes longer the more the node left unfinished."""
    limit = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < limit:
        try:
            client.call("header")
        except RpcUnavailable:
            time.sleep(0.02)
        except RpcRefused:
            return
        else:
            return
    said = log_path.read_bytes()[-KEPT_CHARS:].decode(errors="replace").strip()
    raise NodeUnreadable(
        f"the node's stores cannot be opened: {said.splitlines()[-1] if said else 'no word'}"
    )
