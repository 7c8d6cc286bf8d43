"""A PostgreSQL server for tests; a machine without one fails them, for a skipped database proves nothing."""

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_numbers = itertools.count(1)


class Postgres:
    """A running server on loopback, which makes databases."""

    def __init__(self, port: int) -> None:
        self._address = f"postgres@127.0.0.1:{port}"

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{next(_numbers)}"
        with psycopg.connect(f"postgresql://{self._address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://{self._address}/{name}"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server of its own in a folder of its own, as a user that may run one."""
    programs, user = _programs(), _user()
    with tempfile.TemporaryDirectory(prefix="wattloom-postgres-") as folder:
        if user:
            shutil.chown(folder, user)
        data, port = Path(folder) / "data", _free_port()
        settings = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
            " -c max_connections=60"
        )
        _run(
            user, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        log = Path(folder) / "log"
        _run(user, programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", settings, "start")
        try:
            yield Postgres(port)
        finally:
            _run(user, programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _programs() -> Path:
    """Return where the server's programs are, which Debian keeps off PATH."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.fail("PostgreSQL is missing: run tools/install_services.sh (or `make services`)")


def _user() -> str | None:
    """Return whom to run the server as; PostgreSQL refuses to be root's."""
    return "postgres" if os.geteuid() == 0 else None


def _run(user: str | None, *command: object) -> None:
    words = [str(word) for word in command]
    if user:
        words = ["runuser", "-u", user, "--", *words]
    done = subprocess.run(words, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        pytest.fail(f"PostgreSQL: {' '.join(words)}: {done.stdout[-2_000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
