"""A new network on disk: keys, certificates, genesis and configuration, all made or nothing."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import yaml

from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.genesis import GenesisEntry, GenesisSeat, GenesisState
from wattloom.chaincode.governance.keys import OBSERVERS
from wattloom.chaincode.governance.records import POWER, Admission, Observers
from wattloom.chaincode.governance.seats import GOVERNANCE
from wattloom.chaincode.registry.records import Organisation
from wattloom.identity import files
from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority
from wattloom.network.chain.genesis import Genesis, GenesisValidator
from wattloom.network.chain.params import ConsensusParams
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.consortium import topology
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import NetworkFolder, NodeSettings
from wattloom.network.consortium.new_node import NodeKeys, write_node
from wattloom.network.consortium.spec import LOOPBACK, NetworkSpec, NodeKind, PlannedNode

BACKDATE_S = 3_600
"""Certificates begin this much before now, because block time runs a little behind every clock."""

ADMIN_NAME = "admin"
ADMIN_ROLE = "consortium-admin"
ANYWHERE = "0.0.0.0"  # noqa: S104 - nodes on several machines must reach each other

FIRST_RULES = 1
"""Version of the rules that a new chain begins under."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a new network takes over from a ledger before it.

    Attributes
    ----------
    carried : its state, key by key
    organisations : those that the state knows already
    authorities : the CAs of these whose keys are at hand
    """

    carried: Sequence[GenesisEntry] = ()
    organisations: frozenset[str] = frozenset()
    authorities: Mapping[str, Authority] = field(default_factory=dict)


FROM_NOTHING = Origin()


@dataclass(frozen=True, slots=True)
class _Made:
    """What a network starts with, before it is written."""

    authorities: Mapping[str, Authority]
    keys: Mapping[str, NodeKeys]
    genesis: Genesis


def create_network(
    spec: NetworkSpec,
    path: Path,
    *,
    origin: Origin = FROM_NOTHING,
    tell: Progress = lambda _: None,
    now_ns: int | None = None,
) -> NetworkFolder:
    """Make the folder of a new network.

    An organisation that `origin` knows keeps its CA; where its key is not at hand, its folder stays away.

    Raises
    ------
    FolderError : something stands there already, or it cannot be made
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    start_s = now_ns // 1_000_000_000 - BACKDATE_S
    final = NetworkFolder(path)
    with _new_folder(final.path) as scratch:
        tell("making keys and certificates")
        authorities = _authorities(spec, origin, start_s)
        keys = {node.name: NodeKeys.generate() for node in spec.nodes()}
        genesis = make_genesis(spec, authorities=authorities, keys=keys, origin=origin, now_ns=now_ns)
        _write(spec, NetworkFolder(scratch), final, _Made(authorities, keys, genesis), start_s=start_s)
    return final


def make_genesis(
    spec: NetworkSpec,
    *,
    authorities: Mapping[str, Authority],
    keys: Mapping[str, NodeKeys],
    origin: Origin,
    now_ns: int,
) -> Genesis:
    """Return the document that every node starts from."""
    seated = [node for node in spec.nodes() if node.kind is NodeKind.VALIDATOR]
    state = GenesisState(
        organisations=[
            Organisation(organisation=name, ca_certificate=authority.certificate)
            for name, authority in sorted(authorities.items())
            if name not in origin.organisations
        ],
        accounts=sorted(spec.accounts, key=lambda account: account.party_id),
        validators=[
            GenesisSeat(
                organisation=node.organisation,
                node=node.name,
                public_key=keys[node.name].validator.public_key,
                node_id=keys[node.name].node.node_id,
            )
            for node in seated
        ],
        carried=[*origin.carried, *_admission(spec)],
    )
    return Genesis(
        chain_id=spec.chain_id,
        genesis_time=Timestamp.of_ns(now_ns),
        validators=tuple(
            GenesisValidator(keys[node.name].validator.public_key, POWER, name=node.name) for node in seated
        ),
        params=ConsensusParams(block_max_bytes=spec.parameters.block_max_bytes, app_version=FIRST_RULES),
        app_state=encode(state),
    )


def _authorities(spec: NetworkSpec, origin: Origin, start_s: int) -> dict[str, Authority]:
    """Return the CAs whose keys there are: those at hand, and new ones for new organisations."""
    found = {
        name: origin.authorities[name]
        for name in (member.name for member in spec.members)
        if name in origin.authorities
    }
    for member in spec.members:
        if member.name not in origin.organisations:
            found[member.name] = Authority.create(
                f"{member.name} CA", organisation=member.name, not_before_s=start_s, path_length=1
            )
    return found


def _admission(spec: NetworkSpec) -> list[GenesisEntry]:
    """Return what makes governance admit none but listed observers, where that is asked for."""
    if spec.observers is Admission.OPEN:
        return []
    value = encode(Observers(admission=spec.observers, listed=0))
    return [GenesisEntry(contract=GOVERNANCE, key=OBSERVERS, value=value)]


def settings_of(spec: NetworkSpec, keys: Mapping[str, NodeKeys]) -> list[NodeSettings]:
    """Return the settings of every node that the file asks for."""
    nodes = {node.name: node for node in spec.nodes()}
    connections = topology.peers(list(nodes.values()))
    addresses = {name: _peer_address(node, keys[name]) for name, node in nodes.items()}
    return [
        NodeSettings(
            node=node.name,
            chain_id=spec.chain_id,
            organisation=node.organisation,
            kind=node.kind,
            archive=node.archive,
            host=node.host,
            listen_host=LOOPBACK if spec.on_one_machine else ANYWHERE,
            rpc_host=spec.rpc_host,
            ports=node.ports,
            peers=tuple(addresses[name] for name in connections[node.name]),
            sharing=sum(
                other.host == node.host and other.kind is NodeKind.VALIDATOR for other in spec.nodes()
            ),
            heartbeat_s=spec.parameters.heartbeat_s,
            keep_blocks=spec.parameters.keep_blocks,
            snapshot_every_blocks=spec.parameters.snapshot_every_blocks,
        )
        for node in nodes.values()
    ]


def _write(
    spec: NetworkSpec, folder: NetworkFolder, final: NetworkFolder, made: _Made, *, start_s: int
) -> None:
    """Write everything into a folder that is going to be moved to its final place."""
    tls = TlsAuthority.create(f"{spec.chain_id} TLS", not_before_s=start_s)
    tls.save(folder.tls_path)
    for name, authority in made.authorities.items():
        authority.save(folder.organisation_path(name))
        admin = authority.issue_client(ADMIN_NAME, role=ADMIN_ROLE, not_before_s=start_s)
        admin.save(folder.admin_path(name))
    for settings in settings_of(spec, made.keys):
        write_node(
            folder.nodes_path / settings.node,
            final.nodes_path / settings.node,
            settings=settings,
            keys=made.keys[settings.node],
            genesis=made.genesis,
            tls=tls,
            start_s=start_s,
        )
    files.write_new(folder.genesis_path, made.genesis.encode(), mode=files.PRIVATE)
    files.write_new(folder.spec_path, spec_text(spec), mode=files.PRIVATE)


def spec_text(spec: NetworkSpec) -> bytes:
    """Return the network's file with all that was left to defaults."""
    full = msgspec.structs.replace(spec, organisations=list(spec.members))
    tree = msgspec.to_builtins(full)
    tree["ports"] = {node.name: msgspec.to_builtins(node.ports) for node in spec.nodes()}
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode()


def _peer_address(node: PlannedNode, keys: NodeKeys) -> str:
    return f"{keys.node.node_id}@{node.host}:{node.ports.peer}"


@contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """Give a private folder to fill, which becomes `path` on leaving, and vanishes on any exception."""
    if path.is_file() or (path.exists() and any(path.iterdir())):
        raise FolderError(f"{path} is not empty: choose a new folder for a new network")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise FolderError(f"{path} cannot be made: {error.strerror}") from error
    try:
        yield scratch
        for folder in filter(Path.is_dir, scratch.rglob("*")):
            folder.chmod(0o700)  # parents that were made on the way have the umask's mode
        sync_folders(scratch)
        scratch.rename(path)
    except OSError as error:
        raise FolderError(f"{path} cannot be made: {error.strerror}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    sync_folders(path.parent, below=())


def sync_folders(path: Path, below: Sequence[Path] | None = None) -> None:
    """Make the names in a folder, and in all folders below it, durable."""
    folders = [each for each in path.rglob("*") if each.is_dir()] if below is None else below
    for folder in (*folders, path):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
