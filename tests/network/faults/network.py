"""A network of four validators on this machine, its members, and everything that they have sent."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.network.community import CHAIN_ID, ORGANISATION, WEALTH_NANO, Community
from tests.network.faults.nodes import Node
from tests.network.waiting import wait_for
from wattloom.chaincode.registry.genesis import GenesisAccount
from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority
from wattloom.network.client import Client
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.free_ports import with_free_ports
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.consortium.spec import NetworkSpec, Parameters
from wattloom.network.consortium.status import NetworkStatus, network_status

ORGANISATIONS = ("east", ORGANISATION, "south", "west")
ACCOUNTS = tuple(f"home-{number}" for number in range(6))


class Network:
    """Four organisations with a validator each; the members are of one of them, and have money."""

    def __init__(self, path: Path, **parameters: int) -> None:
        spec = NetworkSpec(
            chain_id=CHAIN_ID,
            organisations=list(ORGANISATIONS),
            parameters=Parameters(**{"heartbeat_s": 1, **parameters}),
            accounts=[
                GenesisAccount(party_id=f"{ORGANISATION}.{name}", free_nano=WEALTH_NANO) for name in ACCOUNTS
            ],
        )
        self.folder: NetworkFolder = create_network(with_free_ports(spec), path)
        self.nodes = [Node(folder) for folder in self.folder.nodes()]
        self.community = Community(Authority.load(self.folder.organisation_path(ORGANISATION)))
        self.ca_pem = TlsAuthority.load(self.folder.tls_path).ca_pem

    def start(self) -> "Network":
        """Start every node that does not run, and wait until they all make blocks together."""
        for node in self.nodes:
            if node.is_running:
                node.resume()
            else:
                node.spawn()
        for node in self.nodes:
            node.wait_ready()
        self.wait_height(self.height() + 1)
        return self

    def close(self) -> None:
        for node in self.nodes:
            node.close()

    def others(self, *without: Node) -> list[Node]:
        return [node for node in self.nodes if node not in without]

    def height(self) -> int:
        """Return the height of the newest block that any node has."""
        return max(node.height() for node in self.nodes)

    def wait_height(self, height: int, nodes: Sequence[Node] = ()) -> None:
        for node in nodes or self.nodes:
            node.wait_height(height)

    def wait_blocks(self, count: int, nodes: Sequence[Node] = ()) -> None:
        """Wait until nodes have so many more blocks than anybody has now."""
        self.wait_height(self.height() + count, nodes)

    def proposer(self) -> Node:
        """Return the validator whose turn it is to propose."""
        found = wait_for(lambda: self.nodes[0].ask("consensus_state"), "the round's state")
        address = bytes.fromhex(found["round_state"]["proposer"]["address"])
        (node,) = [node for node in self.nodes if node.validator_address == address]
        return node

    def client(self, *nodes: Node, identity=None, patience_s: float = 30.0) -> Client:
        """Return a client that knows the gateways of these nodes, in this order; without any, of all."""
        return Client(
            [node.address for node in nodes or self.nodes],
            ca_certificate=self.ca_pem,
            chain_id=CHAIN_ID,
            identity=identity,
            patience_s=patience_s,
        )

    def status(self) -> NetworkStatus:
        """Return what `wattloom network status` shows."""
        return network_status(self.folder)

    def wait_status(self, holds: Callable[[NetworkStatus], object], what: str) -> NetworkStatus:
        """Return the first status that a condition holds for."""
        return wait_for(lambda: (found := self.status()) and holds(found) and found, what)
