"""What one node says of itself, and what its folder says where it does not answer."""

import base64
import re
from typing import Any

import msgspec

from wattloom.chaincode.api.errors import MachineFault
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.cometbft.rpc import RpcClient, RpcError
from wattloom.network.consortium.layout import NodeFolder, NodeSettings
from wattloom.network.consortium.processes import process_of
from wattloom.network.consortium.stopped import Stopped, why_stopped
from wattloom.network.state import Store
from wattloom.network.state.history import read_standing

TIMEOUT_S = 2.0
_SNAPSHOT = re.compile(r"[0-9]+")


class Standing(msgspec.Struct, frozen=True):
    """The height that a node's state stands at, and its root in hexadecimal."""

    height: int
    root: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a running node's RPC tells.

    Attributes
    ----------
    block_time_s : time of its newest block, Unix seconds
    power : its weight among those that sign; 0 for one that only follows
    """

    height: int
    block_time_s: int
    catching_up: bool
    power: int
    peers: int
    standing: Standing | None


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One node, looked at once."""

    settings: NodeSettings
    running: bool
    answer: Answer | None
    standing: Standing | None
    stopped: Stopped | None
    snapshots: list[int]

    @property
    def name(self) -> str:
        """The node's name."""
        return self.settings.node


def look_at(node: NodeFolder) -> Probe:
    """Ask a node, and read its folder where it does not answer."""
    settings = node.settings()
    answer = _ask(settings)
    running = answer is not None or process_of(node) is not None
    return Probe(
        settings=settings,
        running=running,
        answer=answer,
        standing=_stored(node) if answer is None else answer.standing,
        stopped=None if running else why_stopped(node),
        snapshots=snapshot_heights(node),
    )


def app_hash_of(settings: NodeSettings, height: int) -> str | None:
    """Return the state root (hexadecimal) that a node's chain holds for a height; None where it has none."""
    try:
        with RpcClient(settings.rpc_url, timeout_s=TIMEOUT_S) as rpc:
            header = rpc.call("commit", height=height + 1)["signed_header"]["header"]
    except (RpcError, KeyError, TypeError):
        return None
    return str(header["app_hash"]).lower()


def active_validators(settings: NodeSettings) -> int | None:
    """Return how many validators sign, by a node's account."""
    try:
        with RpcClient(settings.rpc_url, timeout_s=TIMEOUT_S) as rpc:
            return int(rpc.call("validators", per_page=100)["total"])
    except (RpcError, KeyError, TypeError, ValueError):
        return None


def snapshot_heights(node: NodeFolder) -> list[int]:
    """Return the heights at which a node keeps a snapshot for others."""
    try:
        names = [path.name for path in node.snapshots_path.iterdir()]
    except FileNotFoundError:
        return []
    return sorted({int(found[0]) for name in names if (found := _SNAPSHOT.fullmatch(name))})


def _ask(settings: NodeSettings) -> Answer | None:
    try:
        with RpcClient(settings.rpc_url, timeout_s=TIMEOUT_S) as rpc:
            status, network, info = (rpc.call(method) for method in ("status", "net_info", "abci_info"))
            told = status["node_info"]
            if (told["network"], told["moniker"]) != (settings.chain_id, settings.node):
                return None  # another node has taken the port
            return _read(status, network, info["response"])
    except (RpcError, KeyError, TypeError, ValueError):
        return None


def _read(status: dict[str, Any], network: dict[str, Any], info: dict[str, Any]) -> Answer:
    sync = status["sync_info"]
    height = int(info.get("last_block_height", "0"))
    root = base64.b64decode(info.get("last_block_app_hash") or "").hex()
    return Answer(
        height=int(sync["latest_block_height"]),
        block_time_s=max(0, Timestamp.from_rfc3339(sync["latest_block_time"]).seconds),
        catching_up=bool(sync["catching_up"]),
        power=int(status["validator_info"]["voting_power"]),
        peers=int(network["n_peers"]),
        standing=Standing(height, root) if height else None,
    )


def _stored(node: NodeFolder) -> Standing | None:
    """Read where a node's state stands; None where it has none, or it cannot be read."""
    if not (node.state_path / "data.mdb").exists():
        return None
    try:
        with Store(node.state_path, read_only=True) as store, store.snapshot() as view:
            found = read_standing(view)
    except MachineFault:
        return None
    return None if found is None or not found.height else Standing(found.height, found.root.hex())
