"""The folder of a solo ledger: genesis, validator key, TLS files and store, readable by their owner alone."""

import os
from pathlib import Path

from wattloom.identity import files
from wattloom.network.chain.errors import ChainError
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.solo.blocks import TABLES
from wattloom.network.state import Store


class LedgerFolderError(Exception):
    """A folder is no ledger, or is one already; the sentence says what to do."""


class LedgerFolder:
    """Paths and contents of one ledger's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.genesis_path = path / "genesis.json"
        self.validator_key_path = path / "validator_key.json"
        self.tls_path = path / "tls"
        self.data_path = path / "data"

    @classmethod
    def create(cls, path: Path, *, genesis: Genesis, validator_key: ValidatorKey) -> "LedgerFolder":
        """Make the folder of a new ledger; raise `LedgerFolderError` where anything stands already."""
        folder = cls(path)
        if path.exists() and any(path.iterdir()):
            raise LedgerFolderError(f"{path} is not empty: choose a new folder for a new ledger")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        validator_key.save(folder.validator_key_path)
        files.write_new(folder.genesis_path, genesis.encode(), mode=files.PRIVATE)
        return folder

    def make_names_durable(self) -> None:
        """Sync the folders themselves, without which a power loss may take a synced file, name and all."""
        for path in (self.tls_path, self.path, self.path.parent):
            _sync_folder(path)

    def genesis(self) -> Genesis:
        """Read the genesis document."""
        try:
            return Genesis.decode(self.genesis_path.read_bytes())
        except FileNotFoundError:
            raise LedgerFolderError(
                f"{self.path} holds no ledger (no genesis.json): make one with `wattloom ledger init`"
            ) from None
        except ChainError as error:
            raise LedgerFolderError(f"{self.genesis_path}: {error}") from error

    def validator_key(self) -> ValidatorKey:
        """Read the validator's signing key; raise `LedgerFolderError` where the genesis has another."""
        key = ValidatorKey.load(self.validator_key_path)
        if key.public_key not in (validator.public_key for validator in self.genesis().validators):
            raise LedgerFolderError(
                f"{self.validator_key_path} is not the key of this ledger's validator: put that one back"
            )
        return key

    def read_store(self) -> Store:
        """Open the store for reading, also while another process writes it; raise `LedgerFolderError`."""
        if not (self.data_path / "data.mdb").exists():
            raise LedgerFolderError(f"{self.path} holds no blocks: start it with `wattloom ledger serve`")
        return Store(self.data_path, tables=TABLES, read_only=True)

    def open_store(self) -> Store:
        """Open the store for writing; a second process is refused."""
        return Store(self.data_path, tables=TABLES)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
