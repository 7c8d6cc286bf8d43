"""An organisation's administrator as a client of the network: who signs, and which gateways are asked."""

from collections.abc import Sequence

from wattloom.chaincode.governance.messages import UpgradeView
from wattloom.chaincode.registry.errors import UnknownOrganisation
from wattloom.identity import files
from wattloom.identity.credentials import ClientIdentity
from wattloom.network.client import Client, Refused
from wattloom.network.consortium.create import ANYWHERE
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder
from wattloom.network.consortium.spec import LOOPBACK

PATIENCE_S = 20.0
"""How long the gateways are tried in turn: some rounds of a network that has lost a validator or two."""


def administrators(network: NetworkFolder) -> list[str]:
    """Name the organisations whose administrators' keys are in the network's folder."""
    found = network.organisations_path.glob(f"*/admin/{ClientIdentity.STEM}.key")
    return sorted(path.parent.parent.name for path in found)


def act_as(network: NetworkFolder, organisation: str) -> Client:
    """Return a client that signs as an organisation's administrator, its own nodes' gateways first.

    Raises
    ------
    FolderError : its key is not in the network's folder
    """
    present = administrators(network)
    if organisation not in present:
        whose = f"those of {', '.join(present)}" if present else "none"
        raise FolderError(
            f"there is no administrator's key of {organisation[:80]!a} in {network.organisations_path}: "
            f"there are {whose}"
        )
    own_first = sorted(network.nodes(), key=lambda node: node.settings().organisation != organisation)
    identity = ClientIdentity.load(network.admin_path(organisation))
    return client_of(network, own_first, identity=identity, patience_s=PATIENCE_S)


def read_as_any(network: NetworkFolder, nodes: Sequence[NodeFolder], *, patience_s: float) -> Client | None:
    """Return a client of whichever administrator the ledger knows; None where the folder has no such key.

    Raises
    ------
    NotAnswered : none of the nodes' gateways answers
    """
    for organisation in administrators(network):
        identity = ClientIdentity.load(network.admin_path(organisation))
        client = client_of(network, nodes, identity=identity, patience_s=patience_s)
        try:
            client.evaluate("governance:read_upgrade", None, UpgradeView)
        except Refused as refused:
            client.close()
            if refused.code != UnknownOrganisation.code:
                raise
        except BaseException:
            client.close()
            raise
        else:
            return client
    return None


def client_of(
    network: NetworkFolder,
    nodes: Sequence[NodeFolder],
    *,
    identity: ClientIdentity | None = None,
    patience_s: float,
) -> Client:
    """Return a client of these nodes' gateways, trusting the authorities in the nodes' own folders.

    Raises
    ------
    FolderError : there is no node
    KeyFileError : a node's authority cannot be read
    """
    if not nodes:
        raise FolderError(f"{network.nodes_path} holds no node, whose gateway could be asked")
    trusted = dict.fromkeys(files.read_public(node.tls_path / "tls-ca.pem") for node in nodes)
    return Client(
        [_gateway_address(node) for node in nodes],
        ca_certificate=b"".join(trusted),
        identity=identity,
        chain_id=network.genesis().chain_id,
        patience_s=patience_s,
    )


def _gateway_address(node: NodeFolder) -> str:
    """Return where this machine reaches a gateway, by a name that its certificate has."""
    settings = node.settings()
    on_loopback = settings.listen_host in (LOOPBACK, ANYWHERE)
    return f"{LOOPBACK if on_loopback else settings.host}:{settings.ports.gateway}"
