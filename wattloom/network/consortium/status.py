"""How a network stands: every node, whether their states agree, and what an operator must look at."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import load_pem
from wattloom.identity.errors import IdentityError
from wattloom.identity.parsing import load_certificate, to_seconds
from wattloom.network.consortium.checks import certificate_ends_s
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder
from wattloom.network.consortium.probe import Probe, active_validators, app_hash_of, look_at
from wattloom.network.consortium.spec import SAFE_VALIDATORS, NodeKind

DAY_S = 86_400
RENEW_DAYS = 30
"""A certificate that ends sooner is told of."""
LATE_HEARTBEATS = 10
"""A chain whose newest block is older than so many heartbeats is told of."""


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One node as operators see it.

    Attributes
    ----------
    state : running, silent (a process that does not answer), catching up, stopped, or failed
    agrees : whether its state is the chain's; None where there is nothing to compare
    certificate_ends_s : end of its TLS certificate, Unix seconds; 0 where it has none
    """

    node: str
    organisation: str
    kind: NodeKind
    archive: bool
    state: str
    signs: bool
    height: int
    block_time_s: int
    peers: int
    app_hash: str
    agrees: bool | None
    reason: str
    certificate_ends_s: int
    snapshots: list[int]


class NetworkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A network as operators see it; `validators` is how many sign, 0 where no node answers."""

    chain_id: str
    validators: int
    nodes: list[NodeStatus]
    alarms: list[str]


def network_status(network: NetworkFolder) -> NetworkStatus:
    """Look at every node of a network."""
    folders = network.nodes()
    with ThreadPoolExecutor(max_workers=16) as pool:
        probes = list(pool.map(look_at, folders))
    roots = _roots(probes)
    ends_s = {folder.name: _ends_s(folder) for folder in folders}
    nodes = [_status(probe, roots, ends_s[probe.name]) for probe in probes]
    answering = [probe.settings for probe in probes if probe.answer is not None]
    validators = next(filter(None, map(active_validators, answering)), 0)
    return NetworkStatus(
        chain_id=network.genesis().chain_id,
        validators=validators,
        nodes=nodes,
        alarms=[
            *_node_alarms(nodes),
            *_chain_alarms(probes, validators),
            *_certificate_alarms(network, ends_s),
        ],
    )


def status_row(node: NodeStatus) -> tuple[str, ...]:
    """Return a node's line of the table for people."""
    kind = str(node.kind)
    if node.kind is NodeKind.VALIDATOR and node.state == "running" and not node.signs:
        kind += ", signs nothing"
    age = f"{max(0, int(time.time()) - node.block_time_s)} s" if node.block_time_s else ""
    agrees = {True: "yes", False: "NO", None: ""}[node.agrees]
    height, peers = str(node.height), str(node.peers)
    return node.node, kind, node.state, height, age, peers, agrees, node.app_hash[:8]


def _status(probe: Probe, roots: Mapping[int, str], ends_s: int) -> NodeStatus:
    answer, standing = probe.answer, probe.standing
    height = standing.height if standing else 0
    return NodeStatus(
        node=probe.name,
        organisation=probe.settings.organisation,
        kind=probe.settings.kind,
        archive=probe.settings.archive,
        state=_state(probe),
        signs=bool(answer and answer.power),
        height=answer.height if answer else height,
        block_time_s=answer.block_time_s if answer else 0,
        peers=answer.peers if answer else 0,
        app_hash=standing.root if standing else "",
        agrees=roots[height] == standing.root if standing and height in roots else None,
        reason=probe.stopped.reason if probe.stopped else "",
        certificate_ends_s=ends_s,
        snapshots=probe.snapshots,
    )


def _state(probe: Probe) -> str:
    if probe.answer is not None:
        return "catching up" if probe.answer.catching_up else "running"
    if probe.running:
        return "silent"
    return "failed" if probe.stopped else "stopped"


def _roots(probes: Sequence[Probe]) -> dict[int, str]:
    """Return the chain's state root at each height that a node stands at: the next header has it.

    Where there is no next header yet, it is what most of the nodes at that height have.
    """
    answering = [probe.settings for probe in probes if probe.answer is not None]
    found: dict[int, str] = {}
    standings = [probe.standing for probe in probes if probe.standing]
    for height in {standing.height for standing in standings}:
        root = next(filter(None, (app_hash_of(settings, height) for settings in answering)), None)
        root = root or _most_common([each.root for each in standings if each.height == height])
        if root:
            found[height] = root
    return found


def _most_common(roots: Sequence[str]) -> str | None:
    """Return what more than half of several have."""
    root, times = Counter(roots).most_common(1)[0]
    return root if len(roots) > 1 and times * 2 > len(roots) else None


def _node_alarms(nodes: Sequence[NodeStatus]) -> list[str]:
    diverged = [
        f"{node.node}: its state at height {node.height} is not the chain's: other rules, or a damaged store"
        for node in nodes
        if node.agrees is False
    ]
    failed = [f"{node.node}: stopped by itself: {node.reason}" for node in nodes if node.reason]
    silent = [f"{node.node}: runs but does not answer" for node in nodes if node.state == "silent"]
    return diverged + failed + silent


def _chain_alarms(probes: Sequence[Probe], validators: int) -> list[str]:
    answers = [probe.answer for probe in probes if probe.answer is not None]
    if not answers:
        return []
    alarms = []
    if validators < SAFE_VALIDATORS:
        alarms.append(
            f"{validators} validators sign: below {SAFE_VALIDATORS} the chain stops when one of them fails"
        )
    newest = max(answers, key=lambda answer: answer.height)
    age_s = int(time.time()) - newest.block_time_s
    heartbeat_s = max(probe.settings.heartbeat_s for probe in probes)
    if newest.height > 1 and age_s > LATE_HEARTBEATS * heartbeat_s:  # the first block has the genesis time
        alarms.append(f"no block for {age_s} s: more than a third of the validators may be down or cut off")
    return alarms


def _certificate_alarms(network: NetworkFolder, node_ends_s: Mapping[str, int]) -> list[str]:
    ends_s = {f"{name}: its TLS certificate": end for name, end in node_ends_s.items()}
    for path in sorted(network.organisations_path.glob(f"*/{Authority.STEM}.pem")):
        end = to_seconds(load_certificate(load_pem(path)[0]).not_valid_after_utc)
        ends_s[f"{path.parent.name}: its authority's certificate"] = end
    now_s = int(time.time())
    return [
        _certificate_alarm(what, end, now_s)
        for what, end in ends_s.items()
        if end < now_s + RENEW_DAYS * DAY_S
    ]


def _certificate_alarm(what: str, end_s: int, now_s: int) -> str:
    if not end_s:
        return f"{what} is missing or cannot be read"
    left_days = (end_s - now_s) // DAY_S
    return f"{what} has expired" if left_days < 0 else f"{what} ends in {left_days} days"


def _ends_s(node: NodeFolder) -> int:
    try:
        return certificate_ends_s(node)
    except IdentityError:
        return 0
