"""What must hold before nodes are started: all is looked at first, so that nothing is half started."""

import errno
import socket
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from wattloom.chaincode.api.errors import MachineFault
from wattloom.identity.errors import IdentityError
from wattloom.identity.parsing import load_certificate, to_seconds
from wattloom.identity.tls import TlsIdentity
from wattloom.network.chain.errors import ValidatorKeyRejected
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.consortium.errors import FolderError, NotReady
from wattloom.network.consortium.layout import NodeFolder, NodeSettings
from wattloom.network.consortium.node_key import NodeKey
from wattloom.network.consortium.signing import read_signing_state
from wattloom.network.consortium.spec import LOOPBACK, Ports
from wattloom.network.engine_binary import EngineMissing, find_engine
from wattloom.network.origin import started_from
from wattloom.network.state import Store


def require_ready(nodes: Sequence[NodeFolder]) -> None:
    """Check all nodes; raise `NotReady` at the first thing that stands in the way."""
    try:
        find_engine()
    except EngineMissing as error:
        raise NotReady(str(error)) from error
    for node in nodes:
        require_node(node)
    _require_ports(nodes)


def require_node(node: NodeFolder) -> None:
    """Check a node's own files: keys, certificates, signing state, one chain; raise `NotReady`."""
    try:
        _require_files(node)
    except (IdentityError, ValidatorKeyRejected, FolderError, MachineFault) as error:
        raise NotReady(f"{node.name}: {error}") from error


def certificate_ends_s(node: NodeFolder) -> int:
    """Return when a node's TLS certificate ends, Unix seconds; raise `KeyFileError` where it has none."""
    certificate = TlsIdentity.load(node.tls_path).certificate
    return to_seconds(load_certificate(certificate).not_valid_after_utc)


def _require_files(node: NodeFolder) -> None:
    settings, genesis = node.settings(), node.genesis()
    if settings.chain_id != genesis.chain_id:
        raise NotReady(
            f"{node.name}: chain_id is {settings.chain_id} in {node.settings_path} and {genesis.chain_id} in "
            f"{node.genesis_path}: put the files of one chain there"
        )
    NodeKey.load(node.node_key_path)
    ValidatorKey.load(node.validator_key_path)
    read_signing_state(node)
    _require_certificate(node)
    _require_own_chain(node, genesis.hash)


def _require_certificate(node: NodeFolder) -> None:
    loaded = load_certificate(TlsIdentity.load(node.tls_path).certificate)
    begins_s, ends_s = to_seconds(loaded.not_valid_before_utc), to_seconds(loaded.not_valid_after_utc)
    if not begins_s <= time.time() <= ends_s:
        raise NotReady(
            f"{node.name}: tls: {node.tls_path / 'tls.pem'} is valid from {_day(begins_s)} to {_day(ends_s)} "
            "only: issue another one, or set the clock"
        )


def _require_own_chain(node: NodeFolder, genesis_hash: bytes) -> None:
    """Refuse a data folder of another chain."""
    if not (node.state_path / "data.mdb").exists():
        return
    with Store(node.state_path, read_only=True) as store:
        origin = started_from(store)
    if origin not in (None, genesis_hash):
        raise NotReady(
            f"{node.name}: {node.state_path} holds another chain's state (genesis {origin.hex()[:16]}...), "
            f"not that of {node.genesis_path}: put that chain's genesis back, or remove `state` and `data`"
        )


def _require_ports(nodes: Sequence[NodeFolder]) -> None:
    taken: dict[tuple[str, int], str] = {}
    for node in nodes:
        settings = node.settings()
        for use, host, port in listened(settings):
            place = f"{node.name}: ports.{use}"
            other = taken.setdefault((host, port), place)
            if other != place:
                raise NotReady(f"{place}: {port} is the port of {other} too; give each its own in node.json")
            _require_free(place, host, port)


def listened(settings: NodeSettings) -> Iterator[tuple[str, str, int]]:
    """Yield use, host and number of each port that a node listens on."""
    hosts = {"gateway": settings.listen_host, "peer": settings.listen_host, "rpc": settings.rpc_host}
    for use in Ports.__struct_fields__:
        yield use, hosts.get(use, LOOPBACK), getattr(settings.ports, use)


def is_free(host: str, port: int) -> bool:
    """Tell whether a port of this machine can be listened on now."""
    try:
        _require_free("", host, port)
    except NotReady:
        return False
    return True


def _require_free(place: str, host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was just closed is free
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is in use by another program" if taken else f"cannot be listened on ({error.strerror})"
            raise NotReady(
                f"{place}: {host}:{port} {why}; stop that, or choose another in node.json"
            ) from error


def _day(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
