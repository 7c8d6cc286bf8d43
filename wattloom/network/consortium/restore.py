"""Bringing a node back from a backup, so that its validator key can never sign two things for one height.

See `signing_guard` for when a backup is refused. A node whose last vote nobody knows comes back with a new
key, which the members vote in.
"""

import tarfile
import tempfile
import time
from pathlib import Path

import msgspec

from wattloom.identity import files
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.consortium.backup import (
    KEY_FILES,
    PLAIN_FILES,
    STATE_FILE,
    Manifest,
    read_manifest,
)
from wattloom.network.consortium.create import sync_folders
from wattloom.network.consortium.errors import FolderError, RestoreRefused
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder, write_whole
from wattloom.network.consortium.new_node import NOTHING_SIGNED
from wattloom.network.consortium.processes import process_of
from wattloom.network.consortium.signing_guard import newest_signed
from wattloom.network.consortium.spec import NodeKind

REPLACED = "replaced"
"""Where a network keeps folders that were restored over."""


def restore(
    network: NetworkFolder,
    backup: Path,
    *,
    keep_signing_state: bool = False,
    new_validator_key: bool = False,
) -> NodeFolder:
    """Put a node's backup in the place of its folder; what stood there is kept under `replaced`.

    Parameters
    ----------
    keep_signing_state : restore all but the signing state, where the folder has a newer one
    new_validator_key : give the node a key that has signed nothing, and let it observe until it is voted in

    Raises
    ------
    RestoreRefused : the validator could sign twice, or the backup is of another network
    FolderError : the file is no backup, keys are missing, or the node runs
    """
    try:
        with tarfile.open(backup, "r:gz") as archive:
            manifest = read_manifest(archive, backup)
            node = NodeFolder(network.nodes_path / manifest.node)
            _check_place(network, node, manifest)
            with tempfile.TemporaryDirectory(prefix=".restored-", dir=network.path) as scratch:
                made = NodeFolder(Path(scratch) / manifest.node)
                _unpack(archive, made, manifest)
                _take_keys(made, node, manifest)
                if new_validator_key:
                    _renew(made)
                else:
                    signed = newest_signed(network, node, made, manifest, keep=keep_signing_state)
                    write_whole(made.signing_state_path, signed)
                sync_folders(made.path)
                _swap(network, node, made)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise FolderError(f"{backup} cannot be read as a backup: {error}") from error
    return node


def _check_place(network: NetworkFolder, node: NodeFolder, manifest: Manifest) -> None:
    own = network.genesis()
    if manifest.genesis_hash != own.hash.hex():
        raise RestoreRefused(
            f"the backup is of chain {manifest.chain_id} with genesis {manifest.genesis_hash[:16]}..., this "
            f"network is {own.chain_id} with genesis {own.hash.hex()[:16]}...: restore it where it belongs"
        )
    if process_of(node) is not None:
        raise FolderError(f"{node.name} runs: stop it first")


def _unpack(archive: tarfile.TarFile, made: NodeFolder, manifest: Manifest) -> None:
    """Unpack what a node can go on from; a state without the engine's blocks it cannot."""
    for member in archive.getmembers():
        if not member.isfile() or not _belongs(member.name):
            continue
        if member.name == STATE_FILE and not manifest.has_engine_data:
            continue
        archive.extract(member, made.path, filter="data")
    for folder in (made.path, *(path for path in made.path.rglob("*") if path.is_dir())):
        folder.chmod(0o700)
    for path in made.path.rglob("*"):
        if path.is_file():
            path.chmod(files.PUBLIC if path.suffix == ".pem" else files.PRIVATE)


def _belongs(name: str) -> bool:
    return name in (*PLAIN_FILES, *KEY_FILES, STATE_FILE) or name.startswith("data/")


def _take_keys(made: NodeFolder, node: NodeFolder, manifest: Manifest) -> None:
    """Take the keys from the folder that is replaced, where the backup has none."""
    if manifest.has_keys:
        return
    for name in KEY_FILES:
        if not (node.path / name).exists():
            raise FolderError(
                f"neither backup nor {node.path} has {name}: restore a backup that was made with --with-keys"
            )
        files.write_new(made.path / name, files.read_private(node.path / name), mode=files.PRIVATE)


def _renew(made: NodeFolder) -> None:
    made.validator_key_path.unlink()
    ValidatorKey.generate().save(made.validator_key_path)
    write_whole(made.signing_state_path, NOTHING_SIGNED)
    made.write_settings(msgspec.structs.replace(made.settings(), kind=NodeKind.OBSERVER))


def _swap(network: NetworkFolder, node: NodeFolder, made: NodeFolder) -> None:
    if node.path.exists():
        kept = network.path / REPLACED
        kept.mkdir(mode=0o700, exist_ok=True)
        node.path.rename(kept / f"{node.name}-{time.time_ns()}")
        sync_folders(kept, below=())
    made.path.rename(node.path)
    sync_folders(network.nodes_path, below=())
