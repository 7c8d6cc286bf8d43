"""A node's backup in one archive: genesis, settings, state, signing state, and the keys if asked for.

The state is copied as of one height, also while the node runs. The engine's own stores can be copied only
while it is stopped; without them a restored node begins anew and fetches all from its peers. A signing state
that was copied from a running validator is out of date at once: the manifest says so, `restore` respects it.
"""

import io
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from wattloom.identity import files
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import NodeFolder
from wattloom.network.consortium.processes import process_of
from wattloom.network.consortium.signing import SigningState, parse_signing_state, read_signing_bytes
from wattloom.network.consortium.spec import NodeKind
from wattloom.network.state import Store
from wattloom.network.state.history import read_standing

MANIFEST = "manifest.json"
STATE_FILE = "state/data.mdb"
SIGNING_FILE = "data/priv_validator_state.json"
KEY_FILES = ("config/node_key.json", "config/priv_validator_key.json", "tls/tls.key")
PLAIN_FILES = ("node.json", "config/genesis.json", "config/config.toml", "tls/tls.pem", "tls/tls-ca.pem")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backup holds.

    Attributes
    ----------
    validator_address : which validator key the signing state belongs to, hexadecimal
    height : the height of the state; 0 where there was none yet
    was_running : whether the node signed on while it was copied
    """

    node: str
    kind: NodeKind
    chain_id: str
    genesis_hash: str
    validator_address: str
    height: int
    signing: SigningState
    was_running: bool
    has_keys: bool
    has_engine_data: bool
    made_at_s: int


def back_up(node: NodeFolder, out: Path, *, with_keys: bool = False) -> Manifest:
    """Write a node's backup into a new file that its owner alone can read.

    Raises
    ------
    FolderError : the file exists, or the folder lacks a part
    """
    if out.exists():
        raise FolderError(f"{out} exists: choose another file, nothing is overwritten")
    running = process_of(node) is not None
    genesis, settings = node.genesis(), node.settings()
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=_folder(out)) as scratch:
        height = _copy_state(node, Path(scratch))
        signed = read_signing_bytes(node)
        manifest = Manifest(
            node=node.name,
            kind=settings.kind,
            chain_id=genesis.chain_id,
            genesis_hash=genesis.hash.hex(),
            validator_address=ValidatorKey.load(node.validator_key_path).address.hex(),
            height=height,
            signing=parse_signing_state(signed),
            was_running=running,
            has_keys=with_keys,
            has_engine_data=not running,
            made_at_s=int(time.time()),
        )
        packed = Path(scratch) / "backup"
        files.write_new(packed, b"", mode=files.PRIVATE)
        with tarfile.open(packed, "w:gz", compresslevel=1) as archive:
            _add_bytes(archive, MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            _add_bytes(archive, SIGNING_FILE, signed)
            for name, path in _parts(node, Path(scratch), manifest):
                archive.add(path, arcname=name)
        if process_of(node) is not None and not running:
            raise FolderError(f"{node.name} was started while it was copied: try again")
        packed.rename(out)
    return manifest


def read_manifest(archive: tarfile.TarFile, path: Path) -> Manifest:
    """Return what an archive says that it holds; raise `FolderError` where it is no backup of a node."""
    try:
        member = archive.extractfile(MANIFEST)
        if member is None:
            raise KeyError(MANIFEST)
        return msgspec.json.decode(member.read(), type=Manifest)
    except (KeyError, tarfile.TarError, msgspec.MsgspecError) as error:
        raise FolderError(f"{path} is no backup of a node: {error}") from error


def _copy_state(node: NodeFolder, scratch: Path) -> int:
    """Copy the state as of one height, and return that height."""
    if not (node.state_path / "data.mdb").exists():
        return 0
    copied = scratch / "state"
    copied.mkdir(mode=0o700)
    with Store(node.state_path, read_only=True) as store:
        store.copy_to(copied)
    with Store(copied, read_only=True) as store, store.snapshot() as view:
        standing = read_standing(view)
    return 0 if standing is None else standing.height


def _parts(node: NodeFolder, scratch: Path, manifest: Manifest) -> Iterator[tuple[str, Path]]:
    """Yield name and file of everything but the manifest."""
    for name in (*PLAIN_FILES, *(KEY_FILES if manifest.has_keys else ())):
        yield name, node.path / name
    if manifest.height:
        yield STATE_FILE, scratch / STATE_FILE
    if not manifest.has_engine_data:
        return
    for path in sorted(node.engine_data_path.rglob("*")):
        name = str(path.relative_to(node.path))
        if path.is_file() and name != SIGNING_FILE:
            yield name, path


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), files.PRIVATE, int(time.time())
    archive.addfile(member, io.BytesIO(content))


def _folder(out: Path) -> Path:
    folder = out.absolute().parent
    if not folder.is_dir():
        raise FolderError(f"{folder} is no folder: make it first")
    return folder
