"""Records as tables: each field with its type, unit, range and default."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, Final

import msgspec
from msgspec import inspect

from reference import docstrings
from reference.markdown import anchor, code, table
from wattloom.chaincode.api import Int64Array

UNITS: Final = (
    ("_pico_per_kwh", "1e-12 of the currency per kWh"),
    ("_nano_per_kwh", "1e-9 of the currency per kWh"),
    ("_nano_per_wh", "1e-9 of the currency per Wh"),
    ("_nano_kwh", "1e-9 kWh"),
    ("_nano", "1e-9 of the currency"),
    ("_wh", "Wh"),
    ("_s", "seconds"),
)
"""What the end of a field's name says of its unit; the first that fits counts."""

EXCEPT: Final = {"rho_nano": "1e-9 of the currency per kWh²"}


def reached_from(kinds: Iterable[Any]) -> list[type]:
    """Return every record that the given types lead to, by name."""
    found: dict[str, type] = {}
    for kind in kinds:
        for record in _walk(inspect.type_info(kind)):
            found.setdefault(record.__name__, record)
    return [found[name] for name in sorted(found) if name != "Page"]


def link(kind: Any) -> str:  # noqa: ANN401 - whatever a function may be annotated with
    """Return a type's name, linked to its section."""
    return _words(inspect.type_info(kind))


def section(record: type) -> list[str]:
    """Return a record's section: what it is, and its fields."""
    told = docstrings.parse(record)
    described = {
        name.strip(): text for names, text in told.sections.get("Fields", []) for name in names.split(",")
    }
    info = inspect.type_info(record)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{record.__name__} is no record")
    rows = [_row(field, described.get(field.name, "")) for field in info.fields]
    if info.tag_field is not None:
        rows.insert(0, (code(info.tag_field), code(_json(info.tag)), "which record this is", ""))
    return [f"#### {record.__name__}", "", told.prose, "", *table(("field", "type", "meaning", ""), rows)]


def _row(field: inspect.Field, described: str) -> tuple[str, str, str, str]:
    unit, limits = _limits(field.type)
    if not unit and "1e-9" not in described:
        unit = _unit_of(field.name)
    meaning = "; ".join(filter(None, (described.rstrip("."), unit, limits)))
    return code(field.encode_name), _words(field.type), meaning, _default(field)


def _default(field: inspect.Field) -> str:
    if field.required:
        return ""
    if field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
        return "may be left out: " + (
            str(list(value)) if isinstance(value, Int64Array) else code(repr(value))
        )
    value = field.default
    if value is None:
        return "may be left out"
    return f"may be left out: {code(_json(value.value if isinstance(value, Enum) else value))}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _limits(kind: inspect.Type) -> tuple[str, str]:
    """Return a type's own description, and the range that it allows."""
    description = ""
    if isinstance(kind, inspect.Metadata):
        description = (kind.extra_json_schema or {}).get("description", "")
        kind = kind.type
    limits = ", ".join(_bounds(kind))
    if isinstance(kind, inspect.ListType) and not description:
        description, _ = _limits(kind.item_type)
    return description, limits


def _bounds(kind: inspect.Type) -> Iterator[str]:
    match kind:
        case inspect.IntType(ge=low, le=high) if low is not None and high is not None:
            yield f"{_number(low)} to {_number(high)}"
        case (
            inspect.StrType(min_length=low, max_length=high)
            | inspect.BytesType(min_length=low, max_length=high)
        ):
            if high is not None:
                yield f"{low or 0} to {high} long"
            if isinstance(kind, inspect.StrType) and kind.pattern:
                yield code(kind.pattern.removeprefix(r"\A").removesuffix(r"\Z"))
        case inspect.ListType(min_length=low, max_length=high) if high is not None:
            yield f"{high} of them" if low == high else f"{low or 0} to {high} of them"


def _number(value: int) -> str:
    """Write a large limit as people do."""
    if value.bit_count() == 1 and value >= 2**20:
        return f"2^{value.bit_length() - 1}"
    digits = str(value)
    if len(digits) > 6 and digits.strip("0") == "1":
        return f"10^{len(digits) - 1}"
    if len(digits) > 6 and digits.strip("9") == "":
        return f"10^{len(digits)} - 1"
    if value < 0:
        return f"-{_number(-value)}"
    return f"{value:,}"


def _unit_of(name: str) -> str:
    if name in EXCEPT:
        return EXCEPT[name]
    return next((unit for end, unit in UNITS if name.endswith(end)), "")


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner):
            return _words(inner)
        case inspect.StructType(cls=cls, fields=fields):
            if cls.__name__ == "Page":
                return f"page of {_words(fields[0].type).removeprefix('list of ')}"
            return _linked(cls)
        case inspect.ListType(item_type=item):
            return f"list of {_words(item)}"
        case inspect.DictType(key_type=key, value_type=value):
            return f"object of {_words(key)} to {_words(value)}"
        case inspect.UnionType(types=types):
            return " or ".join(map(_words, types))
        case inspect.EnumType(cls=cls):
            return ", ".join(code(_json(member.value)) for member in cls)
        case inspect.LiteralType(values=values):
            return ", ".join(code(_json(value)) for value in values)
        case inspect.CustomType(cls=cls) if cls is Int64Array:
            return "packed integers"
    return _PLAIN[type(kind)]


_PLAIN: Final = {
    inspect.IntType: "integer",
    inspect.StrType: "string",
    inspect.BytesType: "bytes",
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
}


def _linked(cls: type) -> str:
    return f"[{cls.__name__}](#{anchor(cls.__name__)})"


def _walk(kind: inspect.Type) -> Iterator[type]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _walk(inner)
        case inspect.StructType(cls=cls, fields=fields):
            yield cls if isinstance(cls, type) else cls.__origin__
            for field in fields:
                yield from _walk(field.type)
        case inspect.ListType(item_type=item):
            yield from _walk(item)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _walk(each)
