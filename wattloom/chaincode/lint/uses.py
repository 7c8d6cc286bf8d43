"""Names that reach outside the ledger: built in, inside allowed modules, or as attributes."""

import ast
from collections.abc import Iterator

from wattloom.chaincode.lint.findings import Code
from wattloom.chaincode.lint.judging import Judged, Verdict
from wattloom.chaincode.lint.names import (
    CLOCK_METHODS,
    FORBIDDEN_ATTRIBUTES,
    FORBIDDEN_BUILTINS,
    FORBIDDEN_USES,
)


def uses(judged: Judged) -> Iterator[Verdict]:
    """Find uses of names that are refused inside modules that are allowed, under whatever alias."""
    has_dates = any(name.partition(".")[0] == "datetime" for name in judged.aliases.values())
    for node in judged.nodes:
        if not isinstance(node, ast.Attribute | ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        name = judged.dotted(node)
        if name in FORBIDDEN_USES:
            yield Verdict(node, FORBIDDEN_USES[name], name)
        elif has_dates and isinstance(node, ast.Attribute) and node.attr in CLOCK_METHODS:
            yield Verdict(node, Code.CLOCK, f".{node.attr} of a date")


def builtin_uses(judged: Judged) -> Iterator[Verdict]:
    """Find refused built-in names and attributes, and locale-dependent formats."""
    for node in judged.nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in FORBIDDEN_BUILTINS:
                yield Verdict(node, FORBIDDEN_BUILTINS[name], f"the built-in {name}")
            case ast.Attribute(attr=name, ctx=ast.Load()) if name in FORBIDDEN_ATTRIBUTES:
                yield Verdict(node, FORBIDDEN_ATTRIBUTES[name], f"the attribute {name}")
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[*_, ast.Constant(value=str(spec))])):
                if spec.endswith("n"):
                    yield Verdict(node, Code.LOCALE, "a number formatted by locale")
