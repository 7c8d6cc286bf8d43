"""Where a node finds the application: a Unix socket in a folder of ours, or a port on loopback."""

import errno
import fcntl
import ipaddress
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wattloom.network.abci.errors import AbciNotStarted

UNIX = "unix://"
TCP = "tcp://"
UNIX_PATH_BYTES_LIMIT = 107
"""What fits into Linux's `sockaddr_un`, less its closing zero."""

WAITING_CONNECTIONS = 16


def listen(address: str) -> tuple[socket.socket, str]:
    """Return a listening socket and its address, as a node's `proxy_app` has it; raise `AbciNotStarted`."""
    if address.startswith(UNIX):
        return _listen_unix(Path(address.removeprefix(UNIX))), address
    if address.startswith(TCP):
        return _listen_tcp(address)
    raise AbciNotStarted(f"{address!r} is no address: use unix:///path/to.sock or tcp://127.0.0.1:26658")


def forget(address: str) -> None:
    """Remove the socket file of a server that is about to close."""
    if address.startswith(UNIX):
        Path(address.removeprefix(UNIX)).unlink(missing_ok=True)


def _listen_unix(path: Path) -> socket.socket:
    if not path.is_absolute():
        raise AbciNotStarted(f"{UNIX}{path}: the path must be absolute, such as unix:///run/app.sock")
    if (length := len(os.fsencode(path))) > UNIX_PATH_BYTES_LIMIT:
        raise AbciNotStarted(
            f"{path} has {length} bytes, and a Unix socket's path at most"
            f" {UNIX_PATH_BYTES_LIMIT}: choose a shorter one"
        )
    with _own_folder(path.parent):
        remove_stale(path)
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(os.fspath(path))
            path.chmod(
                stat.S_IRUSR | stat.S_IWUSR
            )  # before `listen`, so that nobody else connects in between
            listener.listen(WAITING_CONNECTIONS)
        except OSError as error:
            listener.close()
            raise AbciNotStarted(f"cannot listen on {path}: {error.strerror}") from None
    return listener


@contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    """Hold a folder that we alone may write into, so that no two servers replace one stale socket at once."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise AbciNotStarted(f"cannot open the folder {folder}: {error.strerror}") from None
    try:
        found = os.fstat(handle)
        if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise AbciNotStarted(
                f"others may write into {folder}: make it your own, such as by chmod 700 {folder}"
            )
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def remove_stale(path: Path) -> None:
    """Remove the socket file of a dead process; raise if it is a living one's, or no socket."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise AbciNotStarted(f"{path} exists and is no socket: move it away, or choose another path")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)  # a living server with a full queue must not hold us up
        outcome = probe.connect_ex(os.fspath(path))
    if outcome != errno.ECONNREFUSED:
        raise AbciNotStarted(f"{path} is in use by a living server: stop that one, or choose another path")
    path.unlink()


def _listen_tcp(address: str) -> tuple[socket.socket, str]:
    host, _, port = address.removeprefix(TCP).rpartition(":")
    try:
        ip, number = ipaddress.ip_address(host.strip("[]")), int(port)
    except ValueError:
        raise AbciNotStarted(f"{address!r} is no address: use tcp://127.0.0.1:PORT") from None
    if not ip.is_loopback:
        raise AbciNotStarted(f"{address}: ABCI knows no password, so only the loopback interface is served")
    listener = socket.socket(socket.AF_INET6 if ip.version == 6 else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(ip), number))
        listener.listen(WAITING_CONNECTIONS)
    except (OSError, OverflowError) as error:
        listener.close()
        raise AbciNotStarted(f"cannot listen on {address}: {error}") from None
    return listener, f"{TCP}{host}:{listener.getsockname()[1]}"
