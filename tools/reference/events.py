"""The events of a contract, found in its source: every `ctx.emit(name, payload)`."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path


def events_of(contract: str) -> list[tuple[str, type]]:
    """Return name and payload of every event that a contract emits, by name."""
    package = import_module(f"wattloom.chaincode.{contract}")
    modules = sorted(Path(path).glob("*.py") for path in package.__path__)
    found: dict[str, type] = {}
    for file in (file for files in modules for file in sorted(files)):
        module = import_module(f"{package.__name__}.{file.stem}")
        for name, payload in _emitted(ast.parse(file.read_text("utf-8"))):
            found[name] = vars(module)[payload]
    return sorted(found.items(), key=lambda event: event[0])


def _emitted(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield names and payload types; the payload is built in the call, in a variable, or the argument."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(attr="emit"), args=[ast.Constant(value=str(name)), payload]):
                    yield name, _type_of(payload, function)


def _type_of(payload: ast.expr, function: ast.FunctionDef) -> str:
    match payload:
        case ast.Call(func=ast.Name(id=record)):
            return record
        case ast.Name(id=variable):
            return _types_in(function)[variable]
    raise ValueError(f"{function.name}: an event's payload is neither a record nor a variable")


def _types_in(function: ast.FunctionDef) -> dict[str, str]:
    types = {
        each.arg: each.annotation.id for each in function.args.args if isinstance(each.annotation, ast.Name)
    }
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=variable)], value=ast.Call(func=ast.Name(id=record))):
                types[variable] = record
    return types
