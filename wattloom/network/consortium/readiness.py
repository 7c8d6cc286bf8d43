"""Whether every node is ready for an upgrade: what each gateway says of the rules that its software knows."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from wattloom.chaincode.governance.messages import UpgradeView, Validators
from wattloom.chaincode.governance.records import Rules, SeatStatus
from wattloom.network.client import Client, Description, NotAnswered
from wattloom.network.consortium.administrators import client_of, read_as_any
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder
from wattloom.network.consortium.spec import NodeKind
from wattloom.network.consortium.stopped import why_stopped

PATIENCE_S = 3.0
"""How long one gateway may take to answer."""


class NodeReadiness(msgspec.Struct, frozen=True, kw_only=True):
    """One node as its gateway describes it.

    Attributes
    ----------
    validator : whether it has a seat that signs; by its settings where the ledger could not be asked
    version : of its software; empty where it does not answer
    rules_version : that the next block is executed under; 0 where it does not answer
    ready : whether its software knows the rules that were asked for
    reason : why it stopped by itself, where it does not answer and left word
    """

    node: str
    validator: bool
    answers: bool
    version: str
    rules_version: int
    known_rules: list[int]
    ready: bool
    reason: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """A network before an upgrade.

    Attributes
    ----------
    rules : the version that nodes must know to be ready; 0 where no node says any
    planned : the upgrade that the members have voted for, if there is one and the ledger could be asked
    elsewhere : validators whose folders are not here, so that they were not asked
    """

    rules: int
    planned: Rules | None
    nodes: list[NodeReadiness]
    elsewhere: list[str]

    @property
    def is_ready(self) -> bool:
        """Whether every validator that was asked is ready."""
        return all(node.ready for node in self.nodes if node.validator)


def network_readiness(network: NetworkFolder, rules: int | None = None) -> Readiness:
    """Ask every node whose folder is here.

    Parameters
    ----------
    rules : the version meant; without it the planned one, else the newest that any node knows

    Raises
    ------
    FolderError : there is no node
    """
    folders = network.nodes()
    if not folders:
        raise FolderError(f"{network.nodes_path} holds no node that could be ready")
    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = dict(zip(folders, pool.map(lambda node: _describe(network, node), folders), strict=True))
    planned, seated = _ask_ledger(network, [node for node, answer in answers.items() if answer])
    wanted = rules or (planned.version if planned else _newest(answers))
    return Readiness(
        rules=wanted,
        planned=planned,
        nodes=[
            _readiness(node, answer, wanted, is_validator=_is_validator(node, seated))
            for node, answer in answers.items()
        ],
        elsewhere=sorted((seated or set()) - {node.name for node in folders}),
    )


def readiness_row(node: NodeReadiness) -> tuple[str, ...]:
    """Return a node's line of the table for people."""
    kind = str(NodeKind.VALIDATOR if node.validator else NodeKind.OBSERVER)
    if not node.answers:
        return node.node, kind, "", "", "", "NO: it does not answer"
    known = ", ".join(map(str, node.known_rules))
    return node.node, kind, node.version, str(node.rules_version), known, "yes" if node.ready else "NO"


def _describe(network: NetworkFolder, node: NodeFolder) -> Description | None:
    with client_of(network, [node], patience_s=PATIENCE_S) as client:
        try:
            return client.describe()
        except NotAnswered:
            return None


def _ask_ledger(
    network: NetworkFolder, answering: Sequence[NodeFolder]
) -> tuple[Rules | None, set[str] | None]:
    """Return what is planned and which nodes sign; None where nobody answers or may ask."""
    if not answering:
        return None, None
    try:
        client = read_as_any(network, answering, patience_s=PATIENCE_S)
        if client is None:
            return None, None
        with client:
            return _planned(client), _seated(client)
    except NotAnswered:
        return None, None


def _planned(client: Client) -> Rules | None:
    return client.evaluate("governance:read_upgrade", None, UpgradeView).planned


def _seated(client: Client) -> set[str]:
    seats = client.evaluate("governance:read_validators", None, Validators).seats
    return {seat.node for seat in seats if seat.status is SeatStatus.ACTIVE}


def _newest(answers: Mapping[NodeFolder, Description | None]) -> int:
    return max((max(answer.known_rules) for answer in answers.values() if answer), default=0)


def _is_validator(node: NodeFolder, seated: set[str] | None) -> bool:
    if seated is None:
        return node.settings().kind is NodeKind.VALIDATOR
    return node.name in seated


def _readiness(
    node: NodeFolder, answer: Description | None, wanted: int, *, is_validator: bool
) -> NodeReadiness:
    stopped = None if answer else why_stopped(node)
    return NodeReadiness(
        node=node.name,
        validator=is_validator,
        answers=answer is not None,
        version=answer.version if answer else "",
        rules_version=answer.rules_version if answer else 0,
        known_rules=list(answer.known_rules) if answer else [],
        ready=answer is not None and wanted in answer.known_rules,
        reason=stopped.reason if stopped else "",
    )
