"""One canonical form for every record: JSON with sorted keys, no spaces, integers only."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from wattloom.chaincode.api.arrays import Int64Array

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every argument, result, event and state value: immutable, keyword only, no unknown field."""


class MalformedRecord(ValueError):
    """The bytes are not the canonical JSON of the expected record; the text names the field."""


def _to_wire(value: object) -> object:
    if isinstance(value, Int64Array):
        return value.pack()
    raise TypeError(f"{type(value).__name__} has no form on the ledger")


def _from_wire(kind: type, value: object) -> object:
    if kind is Int64Array and isinstance(value, str):
        return Int64Array.unpack(value)
    raise ValueError(f"expected {kind.__name__}")


def _schema_of(kind: type) -> dict[str, Any]:
    if kind is Int64Array:
        return {
            "type": "string",
            "contentEncoding": "base64",
            "description": "packed signed 64-bit little-endian integers",
        }
    raise TypeError(f"{kind.__name__} has no JSON schema")


_encoder = msgspec.json.Encoder(enc_hook=_to_wire, order="sorted")


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast("Any", kind), dec_hook=_from_wire)


def encode(value: object) -> bytes:
    """Return the canonical JSON of a record."""
    return _encoder.encode(value)


def decode(data: bytes, kind: type[T]) -> T:
    """Read a record of the given type; raise `MalformedRecord` naming what is wrong and where."""
    try:
        return _decoder(kind).decode(data)  # type: ignore[arg-type, no-any-return]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedRecord(str(error)) from error


def json_schema(kinds: list[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return one JSON schema per type and the definitions that they share."""
    schemas, definitions = msgspec.json.schema_components(kinds, schema_hook=_schema_of)
    return list(schemas), definitions
