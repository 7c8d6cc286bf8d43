"""The page of the commands: each with its usage, arguments and options, read from the command objects."""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final, get_args

import typer

from reference.markdown import code, header, page, table
from wattloom.cli import Room, app

INTRODUCTION: Final = """\
Every command of `wattloom`. Results go to stdout, reasons and the log to stderr. Exit codes: 0 done; 1
looked at and found wanting (a ledger that does not verify, findings of the linter, a failed check of the
day); 2 a mistake in what was asked, said in one sentence. `wattloom --install-completion` sets up
completion for your shell."""

NAMES: Final = {Path: "PATH", int: "INTEGER", float: "NUMBER", str: "TEXT", datetime: "TIME"}
"""How a value's type is written."""


def commands_page() -> str:
    """Return the page."""
    return page(_lines())


def _lines() -> Iterator[str]:
    yield from header("Commands", INTRODUCTION, source="the command line's own objects")
    commands = list(_walk(typer.main.get_command(app), "wattloom"))
    yield from table(
        ("command", "what it does"),
        [(f"[`{name}`](#{name.replace(' ', '-')})", _summary(each)) for name, each in commands],
    )
    for name, each in commands:
        yield from _command(name, each)


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer keeps click's types
    """Yield what can be called, not the groups above it."""
    command = command.load() if isinstance(command, Room) else command
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    for each in command.list_commands(None):
        yield from _walk(command.get_command(None, each), f"{name} {each}")


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
    usage = " ".join([name, "[OPTIONS]", *map(_placeholder, arguments)])
    yield from (f"## {name}", "", command.help, "", "```text", usage, "```", "")
    yield from table(
        ("argument", "type", "meaning"),
        [(code(each.name.upper()), _type(each), each.help) for each in arguments],
    )
    yield from table(
        ("option", "type", "meaning", "default"),
        [(code(", ".join(each.opts)), _type(each), each.help or "", _default(each)) for each in options],
    )


def _summary(command: Any) -> str:  # noqa: ANN401
    return " ".join(command.help.partition("\n\n")[0].split())


def _placeholder(argument: Any) -> str:  # noqa: ANN401
    name = argument.name.upper() + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _type(parameter: Any) -> str:  # noqa: ANN401
    if getattr(parameter, "is_flag", False):
        return ""
    low, high = parameter.min, parameter.max
    limits = f", {low} to {high}" if high is not None else f", at least {low}" if low is not None else ""
    several = ", may be repeated" if parameter.multiple or parameter.nargs == -1 else ""
    annotation = parameter.type_descriptor.annotation
    (single,) = get_args(annotation) or (annotation,)
    return _named(single) + limits + several


def _named(kind: type) -> str:
    if issubclass(kind, Enum):
        return ", ".join(code(member.value) for member in kind)
    return NAMES[kind]


def _default(option: Any) -> str:  # noqa: ANN401
    if option.required:
        return "required"
    if getattr(option, "is_flag", False) or option.default is None:
        return ""
    return code(option.default)
