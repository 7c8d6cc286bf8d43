"""YAML without its traps: plain values only, and no key twice."""

from pathlib import Path
from typing import Any

import yaml

from wattloom.network.consortium.errors import SpecError

MAX_FILE_BYTES = 1 << 20


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build one mapping."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise SpecError(name, f"stands twice (line {key.start_mark.line + 1}); leave one")
            seen.add(name)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML
    """Return what a YAML file holds; raise `SpecError` where that is no YAML."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SpecError(str(path), f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise SpecError(str(path), f"is larger than {MAX_FILE_BYTES} bytes, so it is no network's file")
    return parse_yaml(data)


def parse_yaml(data: bytes | str) -> Any:  # noqa: ANN401 - YAML
    """Return what a YAML document holds; raise `SpecError` where it is none."""
    try:
        return yaml.load(data, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        raise SpecError("the file", f"is no YAML: {' '.join(str(error).split())}") from error
