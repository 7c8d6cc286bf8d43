"""The pages of the gRPC services: methods and messages, with the comments of the `.proto` files."""

import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)
from grpc_tools import protoc

from reference import docstrings
from reference.markdown import anchor, code, header, page, table
from reference.refusals import refusals_of, sentence

INTRODUCTION: Final = """\
The gRPC services of a gateway, and the messages that they carry, as the `.proto` files below
`wattloom/network/wire` define them. TLS always. Health is `grpc.health.v1.Health`, and reflection is on,
so that any gRPC tool can find its way.

An error carries `google.rpc.ErrorInfo` with the domain `wattloom` and the refusal's stable code as its
reason, a `RefusalDetail` with the exact facts, and `google.rpc.RetryInfo` where waiting helps. An error
without `ErrorInfo` is the transport's. Codes are explained in [contracts](contracts.md) and below."""

PROTOS: Final = ("wattloom/network/wire/gateway.proto", "wattloom/network/wire/transaction.proto")

IDENTITY_INTRODUCTION: Final = """\
The gRPC service of an organisation's identity service, and the messages that it carries, as the `.proto`
file below `wattloom/identity/wire` defines them. TLS always. Health is `grpc.health.v1.Health`, and
reflection is on. An error carries `google.rpc.ErrorInfo` with the domain `wattloom` and a stable code as its
reason, and `google.rpc.RetryInfo` where waiting helps; what a verifier rejects has the verifier's own code
(`wattloom/identity/errors.py`). Running one: [the guide](../operations/identity.md)."""

IDENTITY_PROTOS: Final = ("wattloom/identity/wire/identity.proto",)

_MESSAGES, _ENUMS, _SERVICES = 4, 5, 6
"""Field numbers of `FileDescriptorProto`, of which paths to comments are made."""
_FIELDS, _NESTED_ENUMS = 2, 4
"""The same of `DescriptorProto`; methods and enum values have number 2 as well."""

_SCALARS: Final = {
    number: name.removeprefix("TYPE_").lower() for name, number in FieldDescriptorProto.Type.items()
}


def gateway_page(root: Path) -> str:
    """Return the gateway's page; `root` is the repository's."""
    return page(
        [
            *header("Gateway", INTRODUCTION, source="the `.proto` files"),
            *_lines(_compiled(root, PROTOS)),
            *_statuses(),
            *_refusals("### Refusals of the gateway", refusals_of("wattloom.network.gateway.errors")),
        ]
    )


def identity_page(root: Path) -> str:
    """Return the identity service's page."""
    errors = import_module("wattloom.identity.service.errors")
    return page(
        [
            *header("Identity service", IDENTITY_INTRODUCTION, source="the `.proto` file"),
            *_lines(_compiled(root, IDENTITY_PROTOS)),
            *_refusals("## Refusals of the service", refusals_of(errors.__name__, errors.ServiceRefusal)),
        ]
    )


def _compiled(root: Path, protos: tuple[str, ...]) -> list[FileDescriptorProto]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set"
        arguments = ["protoc", f"-I{root}", "--include_source_info", f"--descriptor_set_out={out}"]
        if protoc.main([*arguments, *(str(root / path) for path in protos)]) != 0:
            raise SystemExit("protoc refused the definitions above")
        files = FileDescriptorSet.FromString(out.read_bytes()).file
    return [file for path in protos for file in files if file.name == path]


def _lines(files: list[FileDescriptorProto]) -> Iterator[str]:
    for file in files:
        comments = _Comments(file)
        for index, service in enumerate(file.service):
            yield from (f"## Service {file.package}.{service.name}", "")
            yield from table(("method", "takes", "gives", "what it does"), _methods(service, comments, index))
    for file in files:
        yield from (f"## Messages of {file.package}", "")
        comments = _Comments(file)
        for index, message in enumerate(file.message_type):
            yield from _message(message, comments, (_MESSAGES, index))
        for index, enum in enumerate(file.enum_type):
            yield from _enum(enum, comments, (_ENUMS, index))


class _Comments:
    """Comments of a file by the path of what they stand at."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self._by_path = {
            tuple(each.path): each.leading_comments or each.trailing_comments
            for each in file.source_code_info.location
        }

    def at(self, *path: int) -> str:
        """Return a comment on one line, or nothing."""
        return " ".join(self._by_path.get(path, "").split())


def _methods(service, comments: _Comments, index: int) -> Iterator[tuple[str, str, str, str]]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    for number, method in enumerate(service.method):
        yield (
            method.name,
            _stream(method.client_streaming) + _linked(method.input_type),
            _stream(method.server_streaming) + _linked(method.output_type),
            comments.at(_SERVICES, index, 2, number),
        )


def _message(message: DescriptorProto, comments: _Comments, path: tuple[int, ...]) -> Iterator[str]:
    yield from (f"### {message.name}", "", comments.at(*path), "")
    rows = [
        (str(field.number), code(field.name), _type(field), comments.at(*path, _FIELDS, index))
        for index, field in enumerate(message.field)
    ]
    yield from table(("number", "field", "type", "meaning"), rows)
    if not rows:
        yield from ("No fields.", "")
    for index, enum in enumerate(message.enum_type):
        yield from _enum(enum, comments, (*path, _NESTED_ENUMS, index))


def _enum(enum: EnumDescriptorProto, comments: _Comments, path: tuple[int, ...]) -> Iterator[str]:
    rows = [
        (str(value.number), code(value.name), comments.at(*path, 2, index))
        for index, value in enumerate(enum.value)
    ]
    yield from (f"#### {enum.name}", "", *table(("number", "value", "meaning"), rows))


def _statuses() -> Iterator[str]:
    statuses = import_module("wattloom.network.gateway.statuses")
    yield from (
        "## Statuses",
        "",
        "The gRPC status of each refusal; any other code is a `FAILED_PRECONDITION`:",
    )
    by_status: dict[str, list[str]] = {}
    for refusal, status in statuses.STATUSES.items():
        by_status.setdefault(status.name, []).append(code(refusal))
    yield ""
    yield from table(
        ("status", "codes"),
        [(code(name), ", ".join(sorted(codes))) for name, codes in sorted(by_status.items())],
    )


def _refusals(heading: str, refusals: list[type[Any]]) -> Iterator[str]:
    yield from (heading, "")
    rows = [
        (code(each.code), code(each.status.name), docstrings.parse(each).summary, sentence(each))
        for each in refusals
    ]
    yield from table(("code", "status", "meaning", "sentence"), rows)


def _type(field: FieldDescriptorProto) -> str:
    named = (FieldDescriptorProto.TYPE_MESSAGE, FieldDescriptorProto.TYPE_ENUM)
    name = _linked(field.type_name) if field.type in named else _SCALARS[field.type]
    return f"repeated {name}" if field.label == FieldDescriptorProto.LABEL_REPEATED else name


def _linked(full_name: str) -> str:
    name = full_name.rpartition(".")[2]
    return f"[{name}](#{anchor(name)})"


def _stream(streaming: bool) -> str:
    return "stream of " if streaming else ""
