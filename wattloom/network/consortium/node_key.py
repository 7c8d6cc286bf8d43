"""A node's Ed25519 key among its peers, in CometBFT's `node_key.json` form."""

import json
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wattloom.identity import files
from wattloom.identity.errors import KeyFileError
from wattloom.network.chain.json_form import PrivateKeyForm, base64_bytes
from wattloom.network.chain.validators import address

SEED_BYTES = 32


class NodeKey:
    """Proves to peers which node speaks; it signs no blocks."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.public_key = private_key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> "NodeKey":
        """Draw a new key from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def node_id(self) -> str:
        """The handle by which peers name the node: 40 lower-case hexadecimal digits."""
        return address(self.public_key).hex()

    def save(self, path: Path) -> None:
        """Write a new key file that its owner alone can read; raise `KeyFileError` if one exists."""
        tree = PrivateKeyForm.tree(self._private_key.private_bytes_raw(), self.public_key)
        files.write_new(path, json.dumps({"priv_key": tree}).encode(), mode=files.PRIVATE)

    @classmethod
    def load(cls, path: Path) -> "NodeKey":
        """Read a key file; raise `KeyFileError` if it is exposed or no key."""
        try:
            document = msgspec.json.decode(files.read_private(path), type=_Document)
            secret = base64_bytes(document.priv_key)
        except (msgspec.MsgspecError, ValueError) as error:
            raise KeyFileError(f"{path}: is no node key file: {error}") from error
        key = cls(Ed25519PrivateKey.from_private_bytes(secret[:SEED_BYTES].ljust(SEED_BYTES, b"\0")))
        if secret[SEED_BYTES:] != key.public_key:
            raise KeyFileError(
                f"{path}: is no Ed25519 key with its public half; put the node's own file back"
            )
        return key


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    priv_key: PrivateKeyForm
