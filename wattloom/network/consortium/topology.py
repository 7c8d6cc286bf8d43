"""Who is connected to whom: everybody up to nine validators, a sparse mesh from ten up.

Votes travel over every connection, so a full mesh costs the network with the cube of its validators. The
sparse one is a circulant graph: validator i is connected to i +- a for a few offsets a that start at 1 and
grow evenly. Such a graph stays connected while fewer nodes fail than one has peers. Source: Boesch and
Felzer, "A general class of invulnerable graphs", Networks 2, 1972, where the offsets' steps never shrink.
"""

from collections.abc import Sequence
from typing import Protocol

from wattloom.network.consortium.spec import NodeKind

FULL_MESH_UP_TO = 9


class Placed(Protocol):
    """What the topology needs to know of a node."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def organisation(self) -> str:
        """Who runs it."""
        ...

    @property
    def kind(self) -> NodeKind:
        """Whether it signs blocks."""
        ...


def tolerated(validators: int) -> int:
    """Return how many of so many validators may fail while the others go on."""
    return (validators - 1) // 3


def mesh(validators: int) -> list[list[int]]:
    """Return for each validator its neighbours: connected even when any `tolerated` of them fail."""
    if validators <= FULL_MESH_UP_TO:
        return [[other for other in range(validators) if other != one] for one in range(validators)]
    return [
        sorted({(one + side * offset) % validators for offset in _offsets(validators) for side in (1, -1)})
        for one in range(validators)
    ]


def peers(nodes: Sequence[Placed]) -> dict[str, list[str]]:
    """Return for each node those that it connects to; an observer has more validators than may fail."""
    validators = [node.name for node in nodes if node.kind is NodeKind.VALIDATOR]
    observers = [node.name for node in nodes if node.kind is NodeKind.OBSERVER]
    found = {
        name: [validators[other] for other in neighbours]
        for name, neighbours in zip(validators, mesh(len(validators)), strict=True)
    }
    for number, name in enumerate(observers):
        found[name] = followed(validators, number)
    return found


def followed(validators: Sequence[str], number: int) -> list[str]:
    """Return the validators that the observer of this number connects to, spread over all of them."""
    count = min(len(validators), max(2, tolerated(len(validators)) + 1))
    return sorted(validators[(number * count + step) % len(validators)] for step in range(count))


def mermaid(nodes: Sequence[Placed], connections: dict[str, list[str]]) -> str:
    """Return a Mermaid picture: organisations as boxes, validators square, observers round."""
    lines = ["graph LR"]
    for organisation in dict.fromkeys(node.organisation for node in nodes):
        lines.append(f'  subgraph {_handle("org", organisation)}["{organisation}"]')
        for node in nodes:
            if node.organisation == organisation:
                shape = '["{}"]' if node.kind is NodeKind.VALIDATOR else '("{}")'
                lines.append(f"    {_handle('node', node.name)}{shape.format(node.name)}")
        lines.append("  end")
    pairs = {tuple(sorted((one, other))) for one, others in connections.items() for other in others}
    lines += [f"  {_handle('node', one)} --- {_handle('node', other)}" for one, other in sorted(pairs)]
    return "\n".join(lines) + "\n"


def _offsets(validators: int) -> list[int]:
    """Return the fewest evenly growing offsets that give each validator more peers than may fail."""
    count = tolerated(validators) // 2 + 1
    widest = (validators - 1) // 2
    step = (widest - 1) // (count - 1)
    return [1 + step * number for number in range(count)]


def _handle(kind: str, name: str) -> str:
    """Return an identifier for Mermaid, which takes some words, such as `end`, for its own."""
    return f"{kind}_{name.replace('-', '_')}"
