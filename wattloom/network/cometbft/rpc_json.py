"""The engine's JSON, as its RPC writes it, read into the messages whose encodings its hashes cover.

Names are the messages' own but for a few. Numbers of 64 bits are texts, times RFC 3339, durations
nanoseconds; bytes are hexadecimal where people look at them (hashes, addresses), else base64.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from wattloom.network.abci import abci_pb2 as abci
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.chain.timestamp import NS_PER_S, Timestamp
from wattloom.network.wire import cometbft_pb2 as wire

AnyMessage = TypeVar("AnyMessage", bound=Message)
Tree = Any
"""JSON as it was decoded."""

_Field = Any
"""A field's descriptor; the stubs do not agree with each other on its type."""

_HEX_MESSAGES = f"{wire.DESCRIPTOR.package}."
_OTHER_NAMES = {"part_set_header": "parts", "tx_results": "txs_results"}
_BASE64 = {"signature", "extension", "extension_signature", "txs"}
_KEY = "tendermint/PubKeyEd25519"
_EVIDENCE: dict[str, tuple[str, type[Message]]] = {
    "tendermint/DuplicateVoteEvidence": ("duplicate_vote", wire.DuplicateVoteEvidence),
    "tendermint/LightClientAttackEvidence": ("light_client_attack", wire.LightClientAttackEvidence),
}


def read_message(kind: type[AnyMessage], tree: Tree) -> AnyMessage:
    """Read one message; raise `MalformedRecord` naming the field that is not as it should be."""
    message = kind()
    try:
        _fill(message, tree)
    except _Misread as error:
        raise MalformedRecord(kind.DESCRIPTOR.name, f"{'.'.join(error.path)}: {error.what}") from error
    return message


class _Misread(Exception):
    def __init__(self, what: str, *path: str) -> None:
        super().__init__(what)
        self.what, self.path = what, path


def _fill(message: Message, tree: Tree) -> None:
    message.SetInParent()  # an object that stands in the JSON stands in the encoding too, empty or not
    special = _SPECIAL.get(message.DESCRIPTOR.full_name)
    if special is not None:
        special(message, tree)
        return
    if not isinstance(tree, Mapping):
        raise _Misread("is no object")
    for field in message.DESCRIPTOR.fields:
        value = tree.get(field.name, tree.get(_other_name(field.name)))
        if value is None:
            continue
        try:
            _fill_field(message, field, value)
        except _Misread as error:
            raise _Misread(error.what, field.name, *error.path) from error
        except (ValueError, TypeError, OverflowError) as error:
            raise _Misread(str(error), field.name) from error


def _fill_field(message: Message, field: _Field, value: Tree) -> None:
    if field.is_repeated:
        if not isinstance(value, list):
            raise _Misread("is no list")
        held = getattr(message, field.name)
        for each in value:
            if field.message_type is not None:
                _fill(held.add(), each)
            else:
                held.append(_scalar(field, each))
    elif field.message_type is not None:
        _fill(getattr(message, field.name), value)
    else:
        setattr(message, field.name, _scalar(field, value))


def _scalar(field: _Field, value: Tree) -> Tree:
    if field.type == FieldDescriptor.TYPE_BYTES:
        in_hex = field.full_name.startswith(_HEX_MESSAGES) and field.name not in _BASE64
        return bytes.fromhex(value) if in_hex else base64.b64decode(value, validate=True)
    if isinstance(value, str) and field.cpp_type != FieldDescriptor.CPPTYPE_STRING:
        return int(value)
    return value


def _other_name(name: str) -> str:
    """Return how the JSON calls a field that it does not call as the message does."""
    return _OTHER_NAMES.get(name) or "".join(part.capitalize() for part in name.split("_"))


def _time(message: Message, tree: Tree) -> None:
    if not isinstance(tree, str):
        raise _Misread("is no time")
    try:
        message.CopyFrom(Timestamp.from_rfc3339(tree).to_message())
    except ValueError as error:
        raise _Misread(str(error)) from error


def _duration(message: Tree, tree: Tree) -> None:
    message.seconds, message.nanos = divmod(int(tree), NS_PER_S)


def _key(message: Tree, tree: Tree) -> None:
    if not isinstance(tree, Mapping) or tree.get("type") != _KEY:
        raise _Misread("is no Ed25519 key")
    message.ed25519 = base64.b64decode(tree["value"], validate=True)


def _evidence(message: Tree, tree: Tree) -> None:
    kind = tree.get("type") if isinstance(tree, Mapping) else None
    if kind not in _EVIDENCE:
        raise _Misread("is evidence of no known kind")
    name, content = _EVIDENCE[kind]
    found = content()
    _fill(found, tree.get("value"))
    setattr(message, name, found.SerializeToString())


def _updated_key(message: Tree, tree: Tree) -> None:
    try:
        message.ed25519 = base64.b64decode(tree["Sum"]["value"]["ed25519"], validate=True)
    except (KeyError, TypeError) as error:
        raise _Misread("is no Ed25519 key") from error


_SPECIAL: dict[str, Callable[[Any, Tree], None]] = {
    "google.protobuf.Timestamp": _time,
    "google.protobuf.Duration": _duration,
    wire.PublicKey.DESCRIPTOR.full_name: _key,
    wire.Evidence.DESCRIPTOR.full_name: _evidence,
    abci.PublicKey.DESCRIPTOR.full_name: _updated_key,
}
