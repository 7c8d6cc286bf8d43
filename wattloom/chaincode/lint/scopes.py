"""Scopes of a file: which names each binds, and what an imported name stands for in full."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class Scope:
    """A module, class or function with its own nodes: all that are not inside a scope below it.

    Comprehensions count as part of the scope that they stand in.
    """

    node: ast.Module | ast.ClassDef | Function
    parent: "Scope | None"
    nodes: list[ast.AST] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)

    def binder(self, name: str) -> "Scope | None":
        """Return the scope that a name belongs to, or None for what is built in or imported by a star."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bound and (scope is self or not isinstance(scope.node, ast.ClassDef)):
                return scope
            scope = scope.parent
        return None


def scopes_of(tree: ast.Module) -> list[Scope]:
    """Return all scopes of a file, outer before inner."""
    return list(_scopes(tree, None))


def aliases_of(tree: ast.Module) -> dict[str, str]:
    """Return the full dotted name of everything that the file imports by name."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                root = name.name.partition(".")[0]
                aliases[name.asname or root] = name.name if name.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            aliases.update({name.asname or name.name: f"{node.module}.{name.name}" for name in node.names})
    return aliases


def dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    """Return what a name or attribute stands for in full, or the empty string for any other expression."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, aliases)
        return f"{base}.{node.attr}" if base else ""
    return ""


def _scopes(node: ast.Module | ast.ClassDef | Function, parent: Scope | None) -> Iterator[Scope]:
    scope = Scope(node, parent)
    inner: list[ast.ClassDef | Function] = []
    body = node.body if isinstance(node.body, list) else [node.body]
    for statement in body:
        _gather(statement, scope, inner)
    scope.bound |= _bound(node, scope.nodes)
    yield scope
    for below in inner:
        yield from _scopes(below, scope)


def _gather(node: ast.AST, scope: Scope, inner: list[ast.ClassDef | Function]) -> None:
    scope.nodes.append(node)
    if isinstance(node, ast.ClassDef | Function):
        inner.append(node)
        outside = _evaluated_outside(node)
    else:
        outside = list(ast.iter_child_nodes(node))
    for child in outside:
        _gather(child, scope, inner)


def _evaluated_outside(node: ast.ClassDef | Function) -> list[ast.AST]:
    body = node.body if isinstance(node.body, list) else [node.body]
    return [child for child in ast.iter_child_nodes(node) if child not in body]


def _bound(node: ast.Module | ast.ClassDef | Function, nodes: list[ast.AST]) -> set[str]:
    names = {argument.arg for argument in arguments_of(node)} if isinstance(node, Function) else set()
    foreign: set[str] = set()
    for own in nodes:
        if isinstance(own, ast.Name) and not isinstance(own.ctx, ast.Load):
            names.add(own.id)
        elif isinstance(own, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(own.name)
        elif isinstance(own, ast.alias):
            names.add(own.asname or own.name.partition(".")[0])
        elif isinstance(own, ast.Global | ast.Nonlocal):
            foreign.update(own.names)
        elif isinstance(own, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and own.name:
            names.add(own.name)
    return names - foreign


def arguments_of(function: Function) -> list[ast.arg]:
    """Return every parameter of a function."""
    a = function.args
    starred = [argument for argument in (a.vararg, a.kwarg) if argument is not None]
    return [*a.posonlyargs, *a.args, *a.kwonlyargs, *starred]
