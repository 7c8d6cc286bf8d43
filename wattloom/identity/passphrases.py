"""Passphrases of private keys: from a file that only its owner reads, never from a command line."""

from pathlib import Path
from typing import Annotated

import typer

from wattloom.identity import files
from wattloom.identity.errors import KeyFileError

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        envvar="WATTLOOM_PASSPHRASE_FILE",
        help="File (mode 0600) whose first line opens, or encrypts, the private key.",
    ),
]

KeyPassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--key-passphrase-file", help="File (mode 0600) whose first line encrypts the new private key."
    ),
]


def read_passphrase(path: Path | None) -> str | None:
    """Return a file's first line; raise `KeyFileError` if others may read it or it is empty."""
    if path is None:
        return None
    try:
        passphrase = files.read_private(path).decode().partition("\n")[0].strip("\r")
    except UnicodeDecodeError as error:
        raise KeyFileError(f"{path}: is no text") from error
    if not passphrase:
        raise KeyFileError(f"{path}: its first line is empty, so it would protect nothing")
    return passphrase
