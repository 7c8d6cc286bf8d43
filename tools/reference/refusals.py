"""Refusals as tables: code, what it means, its sentence with the facts that stand in it."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from reference import docstrings
from reference.markdown import code, table
from wattloom.chaincode.api.errors import ChaincodeError

MODULES: Final = (
    "wattloom.chaincode.accounts.errors",
    "wattloom.chaincode.registry.errors",
    "wattloom.chaincode.auction.errors",
    "wattloom.chaincode.metering.errors",
    "wattloom.chaincode.transactive.errors",
    "wattloom.network.engine",
    "wattloom.network.gateway.errors",
    "wattloom.network.refusals",
)
"""Where refusals are defined; importing them makes every one a subclass of `ChaincodeError`."""


def refusals_of(module: str, base: type[Exception] = ChaincodeError) -> list[type[Any]]:
    """Return the refusals that a module defines, in its order; those without a code of their own are none."""
    for name in MODULES:
        import_module(name)
    found = [each for each in _below(base) if each.__module__ == module and "code" in vars(each)]
    return sorted(found, key=lambda each: inspect.getsourcelines(each)[1])


def refusal_table(module: str) -> list[str]:
    """Return a module's refusals."""
    rows = [
        (code(each.code), docstrings.parse(each).summary, sentence(each), details(each))
        for each in refusals_of(module)
    ]
    return table(("code", "meaning", "sentence", "details"), rows)


def sentence(refusal: type[ChaincodeError]) -> str:
    """Return a refusal's sentence, with its facts in braces."""
    call, names = _super_call(refusal)
    node: ast.expr = call.args[0]
    if isinstance(node, ast.Name):
        node = names.get(node.id, node)
    return _text(node)


def details(refusal: type[ChaincodeError]) -> str:
    """Return the names of the facts that a refusal carries."""
    call, _ = _super_call(refusal)
    return ", ".join(sorted(code(keyword.arg) for keyword in call.keywords if keyword.arg))


def _super_call(refusal: type[ChaincodeError]) -> tuple[ast.Call, dict[str, ast.expr]]:
    """Return the call that hands over sentence and facts, and what was assigned before it."""
    source = textwrap.dedent(inspect.getsource(refusal.__init__))
    names: dict[str, ast.expr] = {}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[name] = value
            case ast.Call(func=ast.Attribute(attr="__init__")) if node.args:
                return node, names
    raise ValueError(f"{refusal.__name__} hands no sentence to its base")


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.FormattedValue(value=value):
            return "{" + ast.unparse(value) + "}"
        case ast.Name(id=name):
            return "{" + name + "}"
    return ""


def _below(kind: type[Exception]) -> Iterator[type[Exception]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
