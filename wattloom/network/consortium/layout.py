"""The folders of a network and of a node: where everything stands, and each node's own settings."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

import msgspec

from wattloom.network.chain.errors import ChainError
from wattloom.network.chain.genesis import Genesis
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.spec import NodeKind, Ports

MAX_SOCKET_BYTES = 100
"""Longest path of a Unix socket, a little below what Linux (107) and macOS (103) take."""

STORAGE_HINT = "was it made with `wattloom network init`?"


class StateSync(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a new node takes the state from the others in place of executing every block.

    `trust_hash` is the header's hash, hexadecimal, at `trust_height`, from a source that the operator trusts.
    """

    rpc_servers: tuple[str, ...]
    trust_height: int
    trust_hash: str


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one node needs to know of itself; the engine's configuration is written from it.

    Attributes
    ----------
    host : where others reach it; the name in its TLS certificate
    listen_host, rpc_host : addresses that gateway and peers, and the RPC, listen on
    peers : `id@host:port` of the nodes that it stays connected to
    archive : whether it keeps every block, with results and an index of transactions
    heartbeat_s : an idle chain makes an empty block after so many seconds
    sharing : how many validators compute on the same machine, this one included
    keep_blocks, snapshot_every_blocks : see `spec.Parameters`
    """

    node: str
    chain_id: str
    organisation: str
    kind: NodeKind
    archive: bool
    host: str
    listen_host: str
    rpc_host: str
    ports: Ports
    peers: tuple[str, ...]
    heartbeat_s: int
    sharing: int
    keep_blocks: int
    snapshot_every_blocks: int
    state_sync: StateSync | None = None

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node

    @property
    def gateway_address(self) -> str:
        """Where its gateway listens."""
        return f"{self.listen_host}:{self.ports.gateway}"

    @property
    def rpc_url(self) -> str:
        """Where its RPC answers on this machine."""
        return f"http://{self.rpc_host}:{self.ports.rpc}"


class NodeFolder:
    """Paths and contents of one node's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.name = self.path.name
        self.settings_path = self.path / "node.json"
        self.config_path = self.path / "config" / "config.toml"
        self.genesis_path = self.path / "config" / "genesis.json"
        self.node_key_path = self.path / "config" / "node_key.json"
        self.validator_key_path = self.path / "config" / "priv_validator_key.json"
        self.engine_data_path = self.path / "data"
        self.signing_state_path = self.engine_data_path / "priv_validator_state.json"
        self.state_path = self.path / "state"
        self.snapshots_path = self.path / "snapshots"
        self.tls_path = self.path / "tls"
        self.run_path = self.path / "run"
        self.pid_path = self.run_path / "node.pid"
        self.log_path = self.run_path / "node.log"
        self.engine_log_path = self.run_path / "engine.log"
        self.stopped_path = self.run_path / "stopped.json"

    @property
    def sockets_path(self) -> Path:
        """Where its sockets stand: in `run`, or in a short folder of the user's where that is too long."""
        if len(os.fsencode(self.run_path / "app.sock")) <= MAX_SOCKET_BYTES:
            return self.run_path
        handle = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"wattloom-{os.getuid()}-{handle}"

    @property
    def app_socket(self) -> Path:
        """Where the application answers its engine."""
        return self.sockets_path / "app.sock"

    @property
    def rpc_socket(self) -> Path:
        """Where the engine's RPC answers the node's own process."""
        return self.sockets_path / "rpc.sock"

    def settings(self) -> NodeSettings:
        """Read the node's settings; raise `FolderError` naming the field."""
        return _read_settings(self.settings_path)

    def write_settings(self, settings: NodeSettings) -> None:
        """Write the node's settings, all or nothing."""
        write_whole(self.settings_path, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")

    def genesis(self) -> Genesis:
        """Read the genesis document that the node starts from."""
        return read_genesis(self.genesis_path)

    def make_run_folders(self) -> None:
        """Make the folders of pid, logs and sockets, its owner's alone; raise `FolderError`."""
        for path in (self.run_path, self.sockets_path):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            facts = path.lstat()
            if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
                raise FolderError(f"{path} is not a folder of this user: remove it, it is for sockets")
            path.chmod(0o700)
        if len(os.fsencode(self.app_socket)) > MAX_SOCKET_BYTES:
            raise FolderError(f"{self.app_socket} is too long for a socket: choose a shorter TMPDIR")


class NetworkFolder:
    """Paths and contents of a network's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.spec_path = self.path / "network.yaml"
        self.genesis_path = self.path / "genesis.json"
        self.organisations_path = self.path / "organisations"
        self.tls_path = self.path / "tls"
        self.nodes_path = self.path / "nodes"

    @classmethod
    def open(cls, path: Path) -> "NetworkFolder":
        """Return the network in a folder; raise `FolderError` where there is none."""
        folder = cls(path)
        if not (folder.genesis_path.is_file() and folder.nodes_path.is_dir()):
            raise FolderError(f"{path} holds no network: make one with `wattloom network init`")
        return folder

    def genesis(self) -> Genesis:
        """Read the genesis document."""
        return read_genesis(self.genesis_path)

    def nodes(self) -> list[NodeFolder]:
        """Return the nodes whose folders are here, by name."""
        return [NodeFolder(path.parent) for path in sorted(self.nodes_path.glob("*/node.json"))]

    def node(self, name: str) -> NodeFolder:
        """Return a node by its name; raise `FolderError` where there is none."""
        nodes = {node.name: node for node in self.nodes()}
        if name not in nodes:
            raise FolderError(f"there is no node {name}: the nodes are {', '.join(nodes)}")
        return nodes[name]

    def organisation_path(self, name: str) -> Path:
        """Return where an organisation's authority stands."""
        return self.organisations_path / name

    def admin_path(self, organisation: str) -> Path:
        """Return where an organisation's administrator's identity stands."""
        return self.organisation_path(organisation) / "admin"


def read_genesis(path: Path) -> Genesis:
    """Read a genesis document; raise `FolderError`."""
    try:
        return Genesis.decode(path.read_bytes())
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}; {STORAGE_HINT}") from error
    except ChainError as error:
        raise FolderError(f"{path}: {error}") from error


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file durably in place of an older one; a crash leaves the one or the other."""
    scratch = path.with_name(f".{path.name}.new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def _read_settings(path: Path) -> NodeSettings:
    try:
        return msgspec.json.decode(path.read_bytes(), type=NodeSettings)
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}; {STORAGE_HINT}") from error
    except msgspec.MsgspecError as error:
        raise FolderError(f"{path}: {error}; put the file back as it was made") from error
