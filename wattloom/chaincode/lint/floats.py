"""FLOAT: numbers that are not integers, and the operations that make them."""

import ast
from collections.abc import Iterator

from wattloom.chaincode.lint.findings import Code
from wattloom.chaincode.lint.judging import Judged, Verdict
from wattloom.chaincode.lint.names import EXACT_MATH, FLOAT_METHODS

_FLOAT_SPECS = ("e", "E", "f", "F", "g", "G", "%")
_STRUCT_FLOATS = frozenset("efd")
_STRUCT_CALLS = frozenset({"pack", "pack_into", "unpack", "unpack_from", "iter_unpack", "calcsize", "Struct"})


def floats(judged: Judged) -> Iterator[Verdict]:
    """Find float literals, true divisions, negative powers, inexact math, and float formats."""
    for node in judged.nodes:
        message = _operation(node) or (_call(node, judged) if isinstance(node, ast.Call) else "")
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            message = _inexact_math(judged.dotted(node))
        if message:
            yield Verdict(node, Code.FLOAT, message)


def _operation(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=float() | complex()):
            return f"the literal {node.value!r}"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return "true division"
        case ast.BinOp(op=ast.Pow(), right=ast.UnaryOp(op=ast.USub(), operand=ast.Constant())):
            return "a negative power"
        case ast.AugAssign(op=ast.Pow(), value=ast.UnaryOp(op=ast.USub(), operand=ast.Constant())):
            return "a negative power"
        case ast.FormattedValue(format_spec=ast.JoinedStr() as spec) if _text(spec).endswith(_FLOAT_SPECS):
            return "a float's format"
    return ""


def _call(node: ast.Call, judged: Judged) -> str:
    name = judged.dotted(node.func)
    module, _, function = name.rpartition(".")
    if (
        module == "struct"
        and function in _STRUCT_CALLS
        and node.args
        and _STRUCT_FLOATS & {*_text(node.args[0])}
    ):
        return "a packed float"
    match node:
        case ast.Call(func=ast.Name(id="pow"), args=[_, ast.UnaryOp(op=ast.USub())]):
            return "a negative power"
        case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in FLOAT_METHODS:
            return f".{attribute}()"
    return ""


def _inexact_math(name: str) -> str:
    module, _, function = name.rpartition(".")
    return name if module == "math" and function not in EXACT_MATH else ""


def _text(node: ast.expr) -> str:
    """Return the literal parts of a string."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(
        part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
