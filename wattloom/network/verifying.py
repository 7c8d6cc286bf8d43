"""Verification of whatever an auditor names: a solo ledger, a network, a node's folder, or a node's RPC."""

from pathlib import Path

from wattloom.network.cometbft.inspecting import NodeRuns, NodeUnreadable
from wattloom.network.consortium.audit import audit_node, audit_rpc
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder
from wattloom.network.replay import Progress, Verified
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.verify import verify_ledger


def verify_target(
    target: str, *, node: str | None = None, genesis_hash: bytes | None = None, progress: Progress
) -> Verified:
    """Execute a whole chain again and compare; `node` chooses one of a network's.

    Raises
    ------
    LedgerRejected : names the first difference
    HeightMissing : the node does not have the chain from its start
    NodeUnreadable, LedgerFolderError, FolderError, EngineMissing, RpcError : it cannot be read
    """
    if "://" in target:
        return audit_rpc(target, genesis_hash=genesis_hash, progress=progress)
    path = Path(target)
    if NetworkFolder(path).nodes_path.is_dir():
        network = NetworkFolder.open(path)
        return _verify_node(_choose(network, node), network.genesis().hash, genesis_hash, progress)
    folder = NodeFolder(path)
    if folder.genesis_path.is_file():
        return _verify_node(folder, folder.genesis().hash, genesis_hash, progress)
    return verify_ledger(LedgerFolder(path), genesis_hash=genesis_hash, progress=progress)


def _verify_node(
    folder: NodeFolder, own_hash: bytes, trusted_hash: bytes | None, progress: Progress
) -> Verified:
    """Verify a node by its folder, or by its RPC where it runs."""
    trusted_hash = trusted_hash or own_hash
    try:
        return audit_node(folder, genesis_hash=trusted_hash, progress=progress)
    except NodeRuns:
        address = f"unix://{folder.rpc_socket}"
        return audit_rpc(address, genesis_hash=trusted_hash, progress=progress)


def _choose(network: NetworkFolder, name: str | None) -> NodeFolder:
    """Return the node of that name, else the first that keeps the whole chain."""
    if name is not None:
        return network.node(name)
    archives = [node for node in network.nodes() if node.settings().archive]
    if not archives:
        raise NodeUnreadable(f"{network.path} has no archive node, which alone keeps the whole chain")
    return archives[0]
