"""Key and certificate files: private ones are made with mode 0600 and read only while they still have it."""

import os
import stat
from pathlib import Path
from typing import Final

from wattloom.identity.errors import KeyFileError

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644
MAX_FILE_BYTES: Final = 64 * 1024


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that must not exist yet, durably; raise `KeyFileError` if it does or cannot be made."""
    make_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)  # whatever the umask took away
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise KeyFileError(f"{path}: exists already; choose another folder, nothing is overwritten") from None
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be written ({error.strerror})") from error


def replace(path: Path, content: bytes, *, mode: int) -> None:
    """Put a new file in the place of one that may be there, durably and at once."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    write_new(beside, content, mode=mode)
    try:
        beside.replace(path)
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be replaced ({error.strerror})") from error


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, unless it exists."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFileError(f"{folder}: cannot be made ({error.strerror})") from error


def read_private(path: Path) -> bytes:
    """Read a private file; raise `KeyFileError` if anybody but its owner may read or write it."""
    return _read(path, forbidden=0o077)


def read_public(path: Path) -> bytes:
    """Read a file of certificates; raise `KeyFileError` if it cannot be read."""
    return _read(path, forbidden=0)


def _read(path: Path, *, forbidden: int) -> bytes:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())  # of the file that is open, not of what the name points to later
            if status.st_mode & forbidden:
                raise KeyFileError(
                    f"{path}: mode {stat.S_IMODE(status.st_mode):04o} lets others at the key;"
                    f" run: chmod 600 {path}"
                )
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_BYTES:
        raise KeyFileError(f"{path}: larger than {MAX_FILE_BYTES} bytes, so it is no key or certificate file")
    return content
