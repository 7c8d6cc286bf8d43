"""A further observer: a node of its own that follows the chain, made beside the running ones."""

import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.governance.actions import AddValidator, SetObservers
from wattloom.chaincode.governance.messages import Propose
from wattloom.chaincode.governance.records import Admission
from wattloom.identity.tls import TlsAuthority
from wattloom.network.cometbft.rpc import RpcClient, RpcError
from wattloom.network.consortium import topology
from wattloom.network.consortium.checks import is_free
from wattloom.network.consortium.create import ANYWHERE, BACKDATE_S, sync_folders
from wattloom.network.consortium.errors import FolderError, SpecError
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder, NodeSettings, StateSync
from wattloom.network.consortium.new_node import NodeKeys, write_node
from wattloom.network.consortium.node_key import NodeKey
from wattloom.network.consortium.probe import TIMEOUT_S, look_at
from wattloom.network.consortium.reading import check_host, check_name
from wattloom.network.consortium.spec import LOOPBACK, MAX_PORT, PORTS_PER_NODE, NodeKind, Ports

MIN_RPC_SERVERS = 2
"""CometBFT's light client asks a second server whether the first one lies."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new observer's folder, and the votes that it may need, as arguments of `governance:propose`."""

    node: NodeFolder
    to_observe: Propose
    to_validate: Propose


def add_observer(
    network: NetworkFolder,
    organisation: str,
    *,
    name: str | None = None,
    host: str | None = None,
    first_port: int | None = None,
) -> Added:
    """Make the folder of a new observer; its state comes from a snapshot where the others have one.

    Raises
    ------
    FolderError : there is a node of this name, or no authority to issue its TLS certificate
    SpecError : its ports do not fit
    """
    others = [node.settings() for node in network.nodes()]
    keys, genesis = NodeKeys.generate(), network.genesis()
    model = next((each for each in others if each.organisation == organisation), others[0])
    settings = msgspec.structs.replace(
        model,
        node=name or _free_name(others, organisation),
        organisation=organisation,
        kind=NodeKind.OBSERVER,
        archive=False,
        host=host or model.host,
        listen_host=LOOPBACK if (host or model.host) == LOOPBACK else ANYWHERE,
        ports=_ports(others, host or model.host, first_port),
        peers=_peers(network, others),
        state_sync=find_state_sync(network),
    )
    _require_new(settings, others)
    tls, start_s = TlsAuthority.load(network.tls_path), int(time.time()) - BACKDATE_S
    final = network.nodes_path / settings.node
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=network.path))
    try:
        made = scratch / settings.node
        write_node(made, final, settings=settings, keys=keys, genesis=genesis, tls=tls, start_s=start_s)
        sync_folders(made)
        made.rename(final)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    sync_folders(network.nodes_path, below=())
    return Added(NodeFolder(final), _observing(keys), _validating(settings, keys))


def find_state_sync(network: NetworkFolder) -> StateSync | None:
    """Return where a new node takes its state from, trusting a running node's newest header.

    None where no running node has a snapshot: the node then executes the chain from its start.
    """
    probes = [probe for probe in map(look_at, network.nodes()) if probe.answer is not None]
    servers = tuple(probe.settings.rpc_url for probe in probes)
    if not any(probe.snapshots for probe in probes):
        return None
    for probe in probes:
        with suppress(RpcError, KeyError), RpcClient(probe.settings.rpc_url, timeout_s=TIMEOUT_S) as rpc:
            signed = rpc.call("commit")["signed_header"]
            return StateSync(
                rpc_servers=servers if len(servers) >= MIN_RPC_SERVERS else servers * MIN_RPC_SERVERS,
                trust_height=int(signed["header"]["height"]),
                trust_hash=signed["commit"]["block_id"]["hash"],
            )
    return None


def _observing(keys: NodeKeys) -> Propose:
    action = SetObservers(admission=Admission.LISTED, add=[keys.node.node_id])
    return Propose(action=action, text="admit an observer")


def _validating(settings: NodeSettings, keys: NodeKeys) -> Propose:
    action = AddValidator(
        organisation=settings.organisation,
        node=settings.node,
        public_key=keys.validator.public_key,
        node_id=keys.node.node_id,
    )
    return Propose(action=action, text="give a node a seat")


def action_text(proposal: Propose) -> str:
    """Return the JSON of what is proposed, as `wattloom network propose` takes it."""
    return encode(proposal.action).decode()


def _require_new(settings: NodeSettings, others: Sequence[NodeSettings]) -> None:
    check_name("organisation", settings.organisation)
    check_name("name", settings.node)
    check_host("host", settings.host)
    if any(each.node == settings.node for each in others):
        raise FolderError(f"there is a node {settings.node} already: choose another name")
    own = set(msgspec.structs.astuple(settings.ports))
    for each in others:
        shared = own.intersection(msgspec.structs.astuple(each.ports))
        if shared and each.host == settings.host:
            raise SpecError("ports", f"{min(shared)} is a port of {each.node}; choose another first port")


def _free_name(others: Sequence[NodeSettings], organisation: str) -> str:
    names = {each.node for each in others}
    return next(
        name
        for number in range(1, len(names) + 2)
        if (name := f"{organisation}-observer-{number}") not in names
    )


def _ports(others: Sequence[NodeSettings], host: str, first_port: int | None) -> Ports:
    """Return the ports that were asked for, or the next above the others', free ones on this machine."""
    highest = max(max(msgspec.structs.astuple(each.ports)) for each in others)
    first = first_port or (highest // PORTS_PER_NODE + 1) * PORTS_PER_NODE
    last = MAX_PORT - PORTS_PER_NODE
    if first_port is None and host == LOOPBACK:
        first = next((each for each in range(first, last, PORTS_PER_NODE) if _all_free(each)), last + 1)
    if not 1 <= first <= last:
        raise SpecError("first port", f"{first} leaves no room for ten ports up to {MAX_PORT}")
    return Ports.from_base(first)


def _all_free(first: int) -> bool:
    return all(is_free(LOOPBACK, port) for port in msgspec.structs.astuple(Ports.from_base(first)))


def _peers(network: NetworkFolder, others: Sequence[NodeSettings]) -> tuple[str, ...]:
    """Return more validators than may fail, and the nodes that still have the first blocks."""
    ids = {node.name: NodeKey.load(node.node_key_path).node_id for node in network.nodes()}
    addresses = {each.node: f"{ids[each.node]}@{each.host}:{each.ports.peer}" for each in others}
    validators = [each.node for each in others if each.kind is NodeKind.VALIDATOR]
    archives = [each.node for each in others if each.archive]
    followed = topology.followed(validators, number=len(others) - len(validators))
    return tuple(addresses[name] for name in dict.fromkeys([*followed, *archives[:MIN_RPC_SERVERS]]))
