"""SET_ORDER: results that depend on the order in which a set gives its elements."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from wattloom.chaincode.lint.findings import Code
from wattloom.chaincode.lint.judging import Judged, Verdict
from wattloom.chaincode.lint.names import words
from wattloom.chaincode.lint.scopes import Scope
from wattloom.chaincode.lint.set_types import SetTypes

_ORDERED_CALLS = words(
    "list tuple iter next enumerate zip map filter dict str repr format deque Counter OrderedDict reduce"
)
_ORDERED_METHODS = words("join extend extendleft fromkeys from_iterable")
_ORDERLESS_CALLS = words("sorted sum len any all set frozenset min max")
_TIES_BY_ORDER = words("sorted min max")


def set_order(judged: Judged) -> Iterator[Verdict]:
    """Find iterations over sets whose result could depend on their order."""
    types = SetTypes(judged)
    for scope in judged.scopes:
        finder = _Finder(types, scope, _orderless_comprehensions(scope))
        for node in scope.nodes:
            message = finder.message(node)
            if message:
                yield Verdict(node, Code.SET_ORDER, message)


def _orderless_comprehensions(scope: Scope) -> frozenset[ast.AST]:
    """Return the comprehensions whose own order is lost again at once."""
    orderless: list[ast.AST] = [node for node in scope.nodes if isinstance(node, ast.SetComp)]
    for node in scope.nodes:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[comprehension], keywords=[]) if (
                name in _ORDERLESS_CALLS
            ):
                orderless.append(comprehension)
    return frozenset(orderless)


@dataclass(frozen=True, slots=True)
class _Finder:
    types: SetTypes
    scope: Scope
    orderless: frozenset[ast.AST]

    def message(self, node: ast.AST) -> str:
        """Return what is wrong at a node, or the empty string."""
        match node:
            case ast.For(iter=source) | ast.AsyncFor(iter=source) if self.is_set(source):
                return "a loop over a set"
            case ast.ListComp(generators=g) | ast.DictComp(generators=g) | ast.GeneratorExp(generators=g):
                if node not in self.orderless and any(self.is_set(part.iter) for part in g):
                    return "a comprehension over a set"
            case ast.YieldFrom(value=value) | ast.Starred(value=value, ctx=ast.Load()) if self.is_set(value):
                return "a set taken apart"
            case ast.Assign(targets=[ast.Tuple() | ast.List(), *_], value=value) if self.is_set(value):
                return "a set taken apart"
            case ast.FormattedValue(value=value) if self.is_set(value):
                return "a set as text"
            case ast.Call():
                return self._call(node)
        return ""

    def _call(self, call: ast.Call) -> str:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method == "pop" and isinstance(call.func, ast.Attribute) and self.is_set(call.func.value):
            return "an arbitrary element of a set"
        if not any(map(self.is_set, call.args)):
            return ""
        if name in _ORDERED_CALLS or method in _ORDERED_CALLS:
            return f"{name or method}() of a set"
        if method in _ORDERED_METHODS:
            return f".{method}() of a set"
        if name in _TIES_BY_ORDER and any(keyword.arg == "key" for keyword in call.keywords):
            return f"{name}() of a set by a key, which leaves ties in the set's order"
        return ""

    def is_set(self, node: ast.expr) -> bool:
        """Tell whether the expression is a set, as far as the file shows."""
        return self.types.is_set(node, self.scope)
