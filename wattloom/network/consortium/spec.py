"""What a network is to be, as its YAML file says it; an empty file asks for four organisations."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, field

from wattloom.chaincode.api.units import Name
from wattloom.chaincode.governance.records import Admission
from wattloom.chaincode.registry.genesis import GenesisAccount

LOOPBACK = "127.0.0.1"
DEFAULT_ORGANISATIONS = ("north", "east", "south", "west")
PORTS_PER_NODE = 10
MAX_PORT = 65_535
SAFE_VALIDATORS = 4
"""Fewer than these cannot go on when one of them fails."""
MAX_NODES = 100
EVIDENCE_BLOCKS = 1_000
"""A node keeps at least so many blocks, so that evidence and light clients find theirs."""

Port = Annotated[int, Meta(ge=1, le=MAX_PORT)]


class NodeKind(StrEnum):
    """Whether a node signs blocks, or follows them."""

    VALIDATOR = "validator"
    OBSERVER = "observer"


class Ports(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a node listens.

    Attributes
    ----------
    gateway : clients, gRPC over TLS
    peer : other nodes
    rpc : CometBFT's RPC, for the node's own machine
    metrics, engine_metrics : Prometheus, of node and engine, on loopback
    """

    gateway: Port
    peer: Port
    rpc: Port
    metrics: Port
    engine_metrics: Port

    @classmethod
    def from_base(cls, first: int) -> "Ports":
        """Return ports that are numbered from the first on."""
        return cls(gateway=first, peer=first + 1, rpc=first + 2, metrics=first + 3, engine_metrics=first + 4)


class SomePorts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ports of a node that are not to be the numbered ones."""

    gateway: Port | None = None
    peer: Port | None = None
    rpc: Port | None = None
    metrics: Port | None = None
    engine_metrics: Port | None = None


class OrganisationSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One organisation, the nodes that it runs, and the host on which other nodes reach them.

    With `archive` one node keeps every block: the first observer, or the first validator if there is none.
    """

    name: Name
    validators: Annotated[int, Meta(ge=0, le=MAX_NODES)] = 1
    observers: Annotated[int, Meta(ge=0, le=MAX_NODES)] = 0
    archive: bool = True
    host: str = LOOPBACK


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all nodes share.

    Attributes
    ----------
    heartbeat_s : an idle chain makes an empty block after so many seconds
    block_max_bytes : size of an encoded block
    snapshot_every_blocks : heights between snapshots for nodes that join; 0 for none
    keep_blocks : how many blocks a node keeps that is no archive
    """

    heartbeat_s: Annotated[int, Meta(ge=1, le=60)] = 2
    block_max_bytes: Annotated[int, Meta(ge=1 << 20, le=16 << 20)] = 4 << 20
    snapshot_every_blocks: Annotated[int, Meta(ge=0, le=1_000_000)] = 1_000
    keep_blocks: Annotated[int, Meta(ge=EVIDENCE_BLOCKS)] = 100_000


class PlannedNode(msgspec.Struct, frozen=True, kw_only=True):
    """A node that the file asks for."""

    name: str
    organisation: str
    kind: NodeKind
    archive: bool
    host: str
    ports: Ports


class NetworkSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network as its file describes it; `reading.load_spec` gives only those that can be made.

    Attributes
    ----------
    base_port : each node takes ten ports from here on, in the order of the file
    ports : node to the ports that it is to have instead
    rpc_host : where the nodes' RPC listens: loopback, or an address of the members' own network
    observers : who may follow with a node of their own
    accounts : accounts that are open from the start, for development
    """

    chain_id: str = "wattloom"
    organisations: list[str | OrganisationSpec] = field(default_factory=lambda: [*DEFAULT_ORGANISATIONS])
    base_port: Port = 7_500
    ports: dict[str, SomePorts] = field(default_factory=dict)
    rpc_host: str = LOOPBACK
    parameters: Parameters = Parameters()
    observers: Admission = Admission.OPEN
    accounts: list[GenesisAccount] = field(default_factory=list)

    @property
    def members(self) -> list[OrganisationSpec]:
        """The organisations, with what short names leave out."""
        return [OrganisationSpec(name=each) if isinstance(each, str) else each for each in self.organisations]

    @property
    def on_one_machine(self) -> bool:
        """Whether every node is reached on loopback."""
        return all(member.host == LOOPBACK for member in self.members)

    def nodes(self) -> list[PlannedNode]:
        """Return the nodes in the order of the file, validators of an organisation first."""
        return [self._planned(index, *one) for index, one in enumerate(self._named())]

    def warnings(self) -> list[str]:
        """Return what is allowed for development and must not stay so."""
        validators = sum(member.validators for member in self.members)
        if validators >= SAFE_VALIDATORS:
            return []
        return [
            f"organisations: {validators} validator{'s' * (validators != 1)}: the network stops "
            f"when one fails; have at least {SAFE_VALIDATORS} outside of development"
        ]

    def _named(self) -> Iterator[tuple[OrganisationSpec, str, NodeKind, bool]]:
        for member in self.members:
            for number in range(1, member.validators + 1):
                keeps_all = member.archive and number == 1 and not member.observers
                yield member, f"{member.name}-{number}", NodeKind.VALIDATOR, keeps_all
            for number in range(1, member.observers + 1):
                keeps_all = member.archive and number == 1
                yield member, f"{member.name}-observer-{number}", NodeKind.OBSERVER, keeps_all

    def _planned(
        self, index: int, member: OrganisationSpec, name: str, kind: NodeKind, archive: bool
    ) -> PlannedNode:
        ports = Ports.from_base(self.base_port + PORTS_PER_NODE * index)
        chosen = msgspec.structs.asdict(self.ports.get(name, SomePorts()))
        ports = msgspec.structs.replace(ports, **{use: port for use, port in chosen.items() if port})
        return PlannedNode(
            name=name, organisation=member.name, kind=kind, archive=archive, host=member.host, ports=ports
        )
