"""Definitions for production: containers, services, and a picture of who is connected to whom."""

import getpass
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from wattloom.identity import files
from wattloom.network.consortium import topology
from wattloom.network.consortium.config_toml import TEMPLATES, quoted
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import NetworkFolder, NodeSettings
from wattloom.network.consortium.node_key import NodeKey
from wattloom.network.consortium.processes import STOP_S
from wattloom.network.engine_binary import ENGINE_VERSION

STOP_MARGIN_S = 15
"""What a service manager waits beyond a node's own time to end, before it kills."""


def export(network: NetworkFolder, out: Path) -> list[Path]:
    """Write `compose.yaml`, one systemd unit per node and `topology.mmd` into a new folder.

    Raises
    ------
    FolderError : the folder holds something already
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FolderError(f"{out} is not empty: choose a new folder")
    written = {
        "compose.yaml": compose(network),
        "topology.mmd": mermaid(network),
        **{f"systemd/{name}": text for name, text in systemd_units(network).items()},
    }
    for name, text in written.items():
        files.write_new(out / name, text.encode(), mode=files.PUBLIC)
    return [out / name for name in written]


def compose(network: NetworkFolder) -> str:
    """Return a compose file with a service for each node."""
    nodes = [{"settings": node.settings(), "path": str(node.path)} for node in network.nodes()]
    return TEMPLATES.get_template("compose.yaml").render(
        chain_id=network.genesis().chain_id,
        nodes=nodes,
        uid=os.getuid(),
        gid=os.getgid(),
        stop_s=_stop_s(),
        engine_version=ENGINE_VERSION,
        quoted=quoted,
    )


def systemd_units(network: NetworkFolder) -> Mapping[str, str]:
    """Return a hardened unit for each node, by its file's name."""
    found = {}
    for node in network.nodes():
        unit = f"wattloom-{node.name}.service"
        found[unit] = TEMPLATES.get_template("node.service").render(
            node=node.settings(),
            unit=unit,
            folder=_escaped(node.path),
            program=_escaped(Path(sys.executable).with_name("wattloom")),
            user=getpass.getuser(),
            stop_s=_stop_s(),
        )
    return found


def mermaid(network: NetworkFolder) -> str:
    """Return a picture of the nodes and their connections."""
    names = {NodeKey.load(node.node_key_path).node_id: node.name for node in network.nodes()}
    nodes = [node.settings() for node in network.nodes()]
    return topology.mermaid(nodes, {node.node: _connected(node, names) for node in nodes})


def _connected(node: NodeSettings, names: Mapping[str, str]) -> list[str]:
    ids = [peer.partition("@")[0] for peer in node.peers]
    return [names[peer] for peer in ids if peer in names]


def _stop_s() -> int:
    return int(STOP_S) + STOP_MARGIN_S


def _escaped(path: Path) -> str:
    """Return a path as systemd reads it: `%` begins a specifier, and white space would end it."""
    text = str(path).replace("\\", "\\\\").replace("%", "%%").replace('"', '\\"')
    return f'"{text}"' if re.search(r"\s", text) else text
