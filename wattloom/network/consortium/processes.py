"""Nodes as processes of this machine: started in the background, waited for, and stopped."""

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence

from wattloom.network.cometbft.rpc import RpcClient, RpcError
from wattloom.network.consortium.config_toml import write_config
from wattloom.network.consortium.errors import NodeFailed
from wattloom.network.consortium.layout import NodeFolder
from wattloom.network.consortium.log_view import last_lines
from wattloom.network.consortium.pid_file import ProcessMark, running, write_mark
from wattloom.network.consortium.stopped import why_stopped

READY_S = 60.0
STOP_S = 30.0
"""How long a node may take to end before it is killed: its engine syncs its stores."""

LOOK_AGAIN_S = 0.05
PROBE_S = 2.0

Progress = Callable[[str], None]


def process_of(node: NodeFolder) -> ProcessMark | None:
    """Return a node's process, if it runs."""
    return running(node.pid_path)


def start(nodes: Sequence[NodeFolder], *, ready_s: float = READY_S, tell: Progress = lambda _: None) -> None:
    """Start nodes that do not run yet, and return once each answers its clients.

    Raises
    ------
    NodeFailed : one ended, or does not answer in time; the others go on
    """
    marks = {node: process_of(node) or spawn(node) for node in nodes}
    deadline = time.monotonic() + ready_s
    for node, mark in marks.items():
        _wait_ready(node, mark, deadline)
        tell(f"{node.name} is ready")


def spawn(node: NodeFolder) -> ProcessMark:
    """Start a node's process in the background, in a session of its own."""
    node.make_run_folders()
    write_config(node)
    node.stopped_path.unlink(missing_ok=True)
    appended = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "wattloom", "network", "node", str(node.path)],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(node.log_path), appended, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    mark = ProcessMark.of(pid)
    write_mark(node.pid_path, mark)
    return mark


def stop(nodes: Sequence[NodeFolder], *, grace_s: float = STOP_S, tell: Progress = lambda _: None) -> None:
    """Stop the nodes that run, all at once; one that does not end in time is killed with its engine."""
    marks = {node: mark for node in nodes if (mark := process_of(node)) is not None}
    for mark in marks.values():
        _signal(mark, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    for node, mark in marks.items():
        if not wait_ended(mark, within_s=deadline - time.monotonic()):
            tell(f"{node.name} does not end within {grace_s:g} s and is killed")
            kill(node)
        node.pid_path.unlink(missing_ok=True)
        tell(f"{node.name} is stopped")


def kill(node: NodeFolder) -> None:
    """Kill a node and its engine on the spot; raise `NodeFailed` if even that does not end them."""
    mark = process_of(node)
    if mark is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(mark.pid, signal.SIGKILL)
    if not wait_ended(mark, within_s=STOP_S):
        raise NodeFailed(f"{node.name} (process {mark.pid}) does not end, even killed: look at its disk")


def is_ready(node: NodeFolder) -> bool:
    """Tell whether a node's engine answers and its gateway takes connections."""
    settings = node.settings()
    try:
        with RpcClient(settings.rpc_url, timeout_s=PROBE_S) as rpc:
            rpc.raw("health")
        with socket.create_connection((_reached(settings.listen_host), settings.ports.gateway), PROBE_S):
            return True
    except (RpcError, OSError):
        return False


def _wait_ready(node: NodeFolder, mark: ProcessMark, deadline: float) -> None:
    while not is_ready(node):
        if not mark.is_running:
            raise NodeFailed(f"{node.name} ended: {_last_words(node)}; its log is {node.log_path}")
        if time.monotonic() > deadline:
            raise NodeFailed(f"{node.name} runs but does not answer yet; look at its logs in {node.run_path}")
        time.sleep(LOOK_AGAIN_S)


def _last_words(node: NodeFolder) -> str:
    """Return why a node ended, by its own account or by the end of its log."""
    stopped = why_stopped(node)
    if stopped is not None:
        return stopped.reason
    return " / ".join(line.strip() for line in last_lines(node.log_path, 2)) or "it said nothing"


def wait_ended(mark: ProcessMark, *, within_s: float) -> bool:
    """Tell whether a process has ended, waiting for it so long."""
    deadline = time.monotonic() + within_s
    while mark.is_running:
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_AGAIN_S)
    return True


def _signal(mark: ProcessMark, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(mark.pid, number)


def _reached(listen_host: str) -> str:
    """Return the address at which this machine reaches what listens there."""
    return "127.0.0.1" if listen_host == "0.0.0.0" else listen_host  # noqa: S104 - compared, not listened on
