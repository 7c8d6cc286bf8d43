"""A validator's Ed25519 key, in CometBFT's `priv_validator_key.json` form."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wattloom.network.chain.commit import CommitSig, Flag, precommit_sign_bytes
from wattloom.network.chain.errors import ValidatorKeyRejected
from wattloom.network.chain.header import BlockID
from wattloom.network.chain.json_form import PrivateKeyForm, PublicKeyForm, base64_bytes
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.validators import address

SEED_BYTES = 32


class ValidatorKey:
    """Signs for one validator; keeps no record of what it signed, which is the engine's duty."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.public_key = private_key.public_key().public_bytes_raw()
        self.address = address(self.public_key)

    def __repr__(self) -> str:
        return f"ValidatorKey({self.address.hex()})"

    @classmethod
    def generate(cls) -> "ValidatorKey":
        """Draw a new key from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def of_seed(cls, seed: bytes) -> "ValidatorKey":
        """Make the key of a 32-byte seed (RFC 8032's private key)."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def load(cls, path: Path) -> "ValidatorKey":
        """Read a key file; raise `ValidatorKeyRejected` if it is exposed, incomplete or inconsistent."""
        document = _read(path)
        secret, public_key = _unbase64(path, document.priv_key), _unbase64(path, document.pub_key)
        if len(secret) != SEED_BYTES + len(public_key):
            raise ValidatorKeyRejected(f"{path}: priv_key is not an Ed25519 key")
        key = cls.of_seed(secret[:SEED_BYTES])
        if not secret[SEED_BYTES:] == public_key == key.public_key:
            raise ValidatorKeyRejected(f"{path}: pub_key does not belong to priv_key")
        if document.address != key.address.hex().upper():
            raise ValidatorKeyRejected(f"{path}: address does not belong to pub_key")
        return key

    def save(self, path: Path) -> None:
        """Write a new key file that its owner alone can read; raise `ValidatorKeyRejected` if one exists."""
        text = json.dumps(self._tree(), indent=2)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise ValidatorKeyRejected(f"{path} exists; a key is never overwritten") from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of these bytes."""
        return self._private_key.sign(message)

    def precommit(self, chain_id: str, height: int, block_id: BlockID, timestamp: Timestamp) -> CommitSig:
        """Vote for a block in round 0."""
        signature = self.sign(precommit_sign_bytes(chain_id, height, 0, block_id, timestamp))
        return CommitSig(Flag.COMMIT, self.address, timestamp, signature)

    def _tree(self) -> dict[str, Any]:
        return {
            "address": self.address.hex().upper(),
            "pub_key": PublicKeyForm.tree(self.public_key),
            "priv_key": PrivateKeyForm.tree(self._private_key.private_bytes_raw(), self.public_key),
        }


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    address: str
    pub_key: PublicKeyForm
    priv_key: PrivateKeyForm


def _read(path: Path) -> _Document:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ValidatorKeyRejected(f"{path} can be read by others; run: chmod 600 {path}")
            return msgspec.json.decode(file.read(), type=_Document)
    except OSError as error:
        raise ValidatorKeyRejected(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ValidatorKeyRejected(f"{path} is not a validator key file: {error}") from error


def _unbase64(path: Path, key: PublicKeyForm | PrivateKeyForm) -> bytes:
    try:
        return base64_bytes(key)
    except ValueError as error:
        raise ValidatorKeyRejected(f"{path}: a key is not base64") from error
