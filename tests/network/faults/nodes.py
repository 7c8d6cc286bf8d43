"""One node as its operator, and its enemies, can lay hands on it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.network.waiting import wait_for
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.cometbft.rpc import RpcClient, RpcError
from wattloom.network.consortium import processes
from wattloom.network.consortium.layout import NodeFolder, StateSync
from wattloom.network.consortium.pid_file import ProcessMark, write_mark
from wattloom.network.consortium.stopped import Stopped, why_stopped

REPOSITORY = Path(__file__).parents[3]
STOCK = ("wattloom", "network", "node")
ASK_S = 2.0


class Node:
    """A node's process and its engine's; `program` is the module that runs it, and its first arguments."""

    def __init__(self, folder: NodeFolder, program: Sequence[str] = STOCK) -> None:
        self.folder, self.program = folder, program
        self.name, self.settings = folder.name, folder.settings()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where its gateway answers."""
        return self.settings.gateway_address

    @property
    def validator_address(self) -> bytes:
        """How the chain names its validator key."""
        return ValidatorKey.load(self.folder.validator_key_path).address

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def spawn(self) -> None:
        """Start it, in a session of its own as the product does."""
        self.folder.make_run_folders()
        with self.folder.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.program, self.folder.path],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        write_mark(self.folder.pid_path, ProcessMark.of(self.pid))

    def start(self) -> None:
        """Start it, and wait until clients and operators are answered."""
        self.spawn()
        self.wait_ready()

    def wait_ready(self) -> None:
        wait_for(lambda: self._ended() or processes.is_ready(self.folder), f"{self.name} answers")

    def _ended(self) -> bool:
        assert self.is_running, f"{self.name} ended by itself: {self.why_stopped or self.folder.log_path}"
        return False

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self._process.terminate()
        assert self.wait_ended() == 0

    def wait_ended(self, patience_s: float = 40.0) -> int:
        """Return its exit status once it has ended, and its engine with it."""
        assert self._process is not None
        status = self._process.wait(patience_s)
        wait_for(lambda: not self.group(), f"{self.name}'s engine ends too", patience_s=patience_s)
        return status

    def kill(self) -> None:
        """`kill -9` node and engine at the same instant."""
        self.signal(signal.SIGKILL)
        self.wait_ended()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to node and engine."""
        os.killpg(self.pid, number)

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def group(self) -> list[int]:
        """Return the processes of its session that still run: the node, and its engine."""
        found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [pid for pid in found if _session(pid) == self.pid]

    @property
    def engine_pid(self) -> int:
        (engine,) = [pid for pid in self.group() if pid != self.pid]
        return engine

    def wipe(self) -> None:
        """Take all that it has learned, but never its keys and what it has signed."""
        signed = self.folder.signing_state_path.read_bytes()
        for path in (self.folder.engine_data_path, self.folder.state_path, self.folder.snapshots_path):
            shutil.rmtree(path, ignore_errors=True)
        self.folder.engine_data_path.mkdir(mode=0o700)
        self.folder.signing_state_path.write_bytes(signed)

    def follow_snapshot(self, sync: StateSync | None) -> None:
        """Let it take the others' snapshot when it starts with nothing; None: their blocks."""
        self.folder.write_settings(replace(self.folder.settings(), state_sync=sync))

    def ask(self, method: str, **params: int) -> Any:
        """Ask its RPC; None where it does not answer or has no answer."""
        try:
            with RpcClient(self.settings.rpc_url, timeout_s=ASK_S) as rpc:
                return rpc.call(method, **params)
        except RpcError:
            return None

    def height(self) -> int:
        """Return the height of its newest block; 0 where it does not answer."""
        status = self.ask("status")
        return 0 if status is None else int(status["sync_info"]["latest_block_height"])

    def executed(self) -> int:
        """Return the height that its application stands at; 0 where it does not answer."""
        info = self.ask("abci_info")
        return 0 if info is None else int(info["response"].get("last_block_height", 0))

    def oldest_block(self) -> int:
        """Return the height of the oldest block that it has."""
        return int(self.ask("status")["sync_info"]["earliest_block_height"])

    def wait_height(self, height: int) -> None:
        wait_for(lambda: self.height() >= height, f"{self.name} reaches height {height}")

    def block_hash(self, height: int) -> str:
        """Return the hash of its block at a height; empty where it has none."""
        found = self.ask("commit", height=height)
        return "" if found is None else found["signed_header"]["commit"]["block_id"]["hash"]

    @property
    def why_stopped(self) -> Stopped | None:
        return why_stopped(self.folder)

    def log(self) -> str:
        return self.folder.log_path.read_text()

    def close(self) -> None:
        """Leave nothing running."""
        if self._process is not None:
            for pid in self.group():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.wait_ended()


def _session(pid: int) -> int:
    """Return the session of a process; 0 where it runs no more."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[3])
