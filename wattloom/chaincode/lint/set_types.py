"""Which expressions of a file are sets, by their form, their annotations and what was assigned to them."""

import ast
from collections.abc import Iterator

from wattloom.chaincode.lint.judging import Judged
from wattloom.chaincode.lint.names import words
from wattloom.chaincode.lint.scopes import Function, Scope, arguments_of

_SET_TYPES = words("set frozenset Set FrozenSet AbstractSet MutableSet")
_SET_METHODS = words("union intersection difference symmetric_difference copy")
_VIEW_METHODS = words("keys items")
_SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.BitXor, ast.Sub)


class SetTypes:
    """Answers for one file; what other files return is known by their annotations in this one alone."""

    def __init__(self, judged: Judged) -> None:
        self._results = frozenset(_functions_returning_sets(judged))
        self._attributes = frozenset(_attributes_holding_sets(judged))
        self._names: dict[int, set[str]] = {id(scope): _annotated(scope) for scope in judged.scopes}
        for scope in judged.scopes:
            self._learn(scope)

    def is_set(self, node: ast.expr, scope: Scope) -> bool:
        """Tell whether an expression of a scope is a set."""
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Name(id=name):
                binder = scope.binder(name)
                return binder is not None and name in self._names[id(binder)]
            case ast.Attribute(attr=attribute):
                return attribute in self._attributes
            case ast.NamedExpr(value=value):
                return self.is_set(value, scope)
            case ast.IfExp(body=body, orelse=orelse):
                return self.is_set(body, scope) or self.is_set(orelse, scope)
            case ast.BoolOp(values=values):
                return any(self.is_set(value, scope) for value in values)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _SET_OPERATORS):
                return any(self.is_set(side, scope) or _is_view(side) for side in (left, right))
            case ast.Call(func=function):
                return self._makes_set(function, scope)
        return False

    def _makes_set(self, function: ast.expr, scope: Scope) -> bool:
        match function:
            case ast.Name(id=name):
                return name in ("set", "frozenset") or name in self._results
            case ast.Attribute(value=value, attr=method):
                return method in self._results or (method in _SET_METHODS and self.is_set(value, scope))
        return False

    def _learn(self, scope: Scope) -> None:
        """Follow assignments until nothing new is a set; a name that ever holds one counts as one."""
        names, known = self._names[id(scope)], -1
        while known != len(names):
            known = len(names)
            names.update(name for name, value in _assigned(scope) if self.is_set(value, scope))


def _assigned(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    for node in scope.nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _annotated(scope: Scope) -> set[str]:
    names = {
        node.target.id
        for node in scope.nodes
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and _means_set(node.annotation)
    }
    if isinstance(scope.node, Function):
        names |= {a.arg for a in arguments_of(scope.node) if a.annotation and _means_set(a.annotation)}
    return names


def _functions_returning_sets(judged: Judged) -> Iterator[str]:
    for node in judged.nodes:
        if isinstance(node, ast.FunctionDef) and node.returns is not None and _means_set(node.returns):
            yield node.name


def _attributes_holding_sets(judged: Judged) -> Iterator[str]:
    for node in judged.nodes:
        match node:
            case ast.ClassDef(body=body):
                yield from _fields(body)
            case ast.AnnAssign(target=ast.Attribute(attr=attribute), annotation=annotation):
                if _means_set(annotation):
                    yield attribute


def _fields(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if _means_set(annotation):
                yield name
            case ast.FunctionDef(name=name, decorator_list=[_, *_], returns=ast.expr() as returns):
                if _means_set(returns):
                    yield name


def _means_set(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Constant(value=str(text)):
            return _means_set(ast.parse(text, mode="eval").body)
        case ast.BinOp(left=left, right=right):
            return _means_set(left) or _means_set(right)
        case ast.Subscript(value=ast.Name(id="Annotated" | "Final" | "ClassVar" | "Optional"), slice=inner):
            return _means_set(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        case ast.Subscript(value=value):
            return _means_set(value)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _SET_TYPES
    return False


def _is_view(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=method), args=[]):
            return method in _VIEW_METHODS
    return False
