"""Reading a network's YAML file: every mistake is told with the field that it is in."""

import re
from pathlib import Path
from typing import Any

import msgspec

from wattloom.chaincode.api.units import Name
from wattloom.chaincode.registry.genesis import GenesisAccount
from wattloom.network.consortium.errors import SpecError
from wattloom.network.consortium.spec import (
    LOOPBACK,
    MAX_NODES,
    MAX_PORT,
    NetworkSpec,
    OrganisationSpec,
    Parameters,
    Ports,
)
from wattloom.network.consortium.yaml_form import as_record, parse_yaml, read_yaml

_CHAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_KNOWN = (
    ("the file", NetworkSpec.__struct_fields__),
    ("organisations", OrganisationSpec.__struct_fields__),
    ("parameters", Parameters.__struct_fields__),
    ("ports", Ports.__struct_fields__),
    ("accounts", GenesisAccount.__struct_fields__),
)
"""The names that stand under the fields whose path begins so."""


def load_spec(path: Path | None) -> NetworkSpec:
    """Read a YAML file, or take the defaults where none is given; raise `SpecError` naming the field."""
    return spec_of(None if path is None else read_yaml(path))


def parse_spec(text: str) -> NetworkSpec:
    """Read YAML; raise `SpecError` naming the field."""
    return spec_of(parse_yaml(text))


def spec_of(tree: Any) -> NetworkSpec:  # noqa: ANN401 - YAML
    """Take what a YAML document holds; raise `SpecError` naming the field."""
    spec = as_record(tree, NetworkSpec, _KNOWN)
    _check_names(spec)
    _check_hosts(spec)
    _check_ports(spec)
    return spec


def check_name(field: str, name: str) -> None:
    """Raise `SpecError` unless this names an organisation or a node."""
    try:
        msgspec.convert(name, Name)
    except msgspec.ValidationError:
        raise SpecError(field, f"{name[:80]!r} must be 1 to 64 of a-z, 0-9 and '-', no '-' first") from None


def check_host(field: str, host: str) -> None:
    """Raise `SpecError` unless this names a machine."""
    if not _HOST.fullmatch(host):
        raise SpecError(field, f"{host[:80]!r} is no DNS name or IPv4 address")


def _check_names(spec: NetworkSpec) -> None:
    if not _CHAIN_ID.fullmatch(spec.chain_id):
        raise SpecError("chain_id", "write 1 to 50 letters, digits, '.', '_' or '-', a letter or digit first")
    seen: set[str] = set()
    for index, member in enumerate(spec.members):
        place = f"organisations[{index}]"
        check_name(f"{place}.name", member.name)
        if member.name in seen:
            raise SpecError(
                f"{place}.name", f"{member.name} is named twice; give its number of nodes instead"
            )
        seen.add(member.name)
    if not any(member.validators for member in spec.members):
        raise SpecError("organisations", "no validator is asked for; give at least one organisation one")
    _check_node_names(spec)


def _check_node_names(spec: NetworkSpec) -> None:
    names = [node.name for node in spec.nodes()]
    if len(names) > MAX_NODES:
        raise SpecError("organisations", f"{len(names)} nodes are asked for; at most {MAX_NODES} are made")
    for name in names:
        if names.count(name) > 1:
            raise SpecError("organisations", f"two nodes would be called {name}; rename an organisation")
        if len(name) > 64:
            raise SpecError("organisations", f"node {name} has more than 64 characters; shorten the name")


def _check_hosts(spec: NetworkSpec) -> None:
    for index, member in enumerate(spec.members):
        check_host(f"organisations[{index}].host", member.host)
    check_host("rpc_host", spec.rpc_host)
    if not spec.on_one_machine and any(member.host == LOOPBACK for member in spec.members):
        raise SpecError(
            "organisations",
            f"some hosts are {LOOPBACK} and some are not: nodes on other machines could not "
            "reach those; give every organisation its host, or none",
        )


def _check_ports(spec: NetworkSpec) -> None:
    names = [node.name for node in spec.nodes()]
    for name in spec.ports:
        if name not in names:
            raise SpecError(f"ports.{name}", f"there is no such node; the nodes are {', '.join(names)}")
    taken: dict[tuple[str, int], str] = {}
    for node in spec.nodes():
        for use in Ports.__struct_fields__:
            port, place = getattr(node.ports, use), f"ports.{node.name}.{use}"
            if port > MAX_PORT:
                raise SpecError("base_port", f"{place} would be {port}, above {MAX_PORT}; choose a lower one")
            other = taken.setdefault((node.host, port), place)
            if other != place:
                raise SpecError(place, f"{port} is the port of {other} too; give each its own")
