"""YAML without its traps: plain values only, and no key twice."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from wattloom.network.consortium.errors import SpecError

MAX_FILE_BYTES = 1 << 20

RecordT = TypeVar("RecordT")

_YAML_WORDS = {
    "Expected `float`": "Expected a number",
    "`int`": "a whole number",
    "`str`": "a text",
    "`object`": "a mapping of names to values",
    "`array`": "a list",
    "`bool`": "true or false",
    "`null`": "nothing",
    "`float`": "a fraction",
    "str | object": "a name or a mapping",
    "float | array": "a number or a list",
}


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
        raise SpecError(str(path), f"is larger than {MAX_FILE_BYTES} bytes, so it is no configuration")
    return parse_yaml(data)


def parse_yaml(data: bytes | str) -> Any:  # noqa: ANN401 - YAML
    """Return what a YAML document holds; raise `SpecError` where it is none."""
    try:
        return yaml.load(data, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        raise SpecError("the file", f"is no YAML: {' '.join(str(error).split())}") from error


def as_record(
    tree: Any,  # noqa: ANN401 - YAML
    record: type[RecordT],
    known: Iterable[tuple[str, Sequence[str]]],
) -> RecordT:
    """Take what a YAML document holds as a record; raise `SpecError` naming the field.

    `known` has the names that stand under the fields whose path begins so; the first entry is the file's.
    """
    try:
        return msgspec.convert({} if tree is None else tree, record)
    except msgspec.ValidationError as error:
        raise _refusal(error, known) from error


def _refusal(error: msgspec.ValidationError, known: Iterable[tuple[str, Sequence[str]]]) -> SpecError:
    """Say where and what, in the file's own words."""
    what, _, path = str(error).partition(" - at ")
    place = re.sub(r"^`(key` in `)?\$\.?|`$", "", path) or "the file"
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what)
    if unknown is None:
        return SpecError(place, _in_yaml_words(what))
    fields = next(fields for start, fields in known if place.startswith(start))
    name = unknown[1] if place == "the file" else f"{place}.{unknown[1]}"
    return SpecError(name, f"is unknown; write one of {', '.join(fields)}")


def _in_yaml_words(what: str) -> str:
    """Put a type checker's words into those of whoever writes YAML."""
    for theirs, ours in _YAML_WORDS.items():
        what = what.replace(theirs, ours)
    return what[0].lower() + what[1:]
