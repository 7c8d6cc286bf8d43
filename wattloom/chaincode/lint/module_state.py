"""GLOBAL: values of a module that functions change, so that a call depends on the calls before it."""

import ast
from collections.abc import Iterator

from wattloom.chaincode.lint.findings import Code
from wattloom.chaincode.lint.judging import Judged, Verdict
from wattloom.chaincode.lint.names import words
from wattloom.chaincode.lint.scopes import Function, Scope

_MUTATORS = words(
    "add append appendleft clear discard extend insert pop popitem popleft remove reverse "
    "setdefault sort update"
)
_MUTABLE_CALLS = words("list dict set bytearray defaultdict OrderedDict deque Counter")


def module_state(judged: Judged) -> Iterator[Verdict]:
    """Find `global`, writes through a module's names inside functions, and mutable defaults."""
    mutable = _mutable_names(judged.scopes[0])
    for scope in judged.scopes:
        for node in scope.nodes:
            if isinstance(node, Function) and any(map(_is_mutable, _defaults(node))):
                yield Verdict(node, Code.GLOBAL, "a mutable default lives from call to call")
        if isinstance(scope.node, Function):
            for node in scope.nodes:
                message = _write(node, scope, mutable)
                if message:
                    yield Verdict(node, Code.GLOBAL, message)


def _write(node: ast.AST, scope: Scope, mutable: frozenset[str]) -> str:
    match node:
        case ast.Global(names=names):
            return f"global {', '.join(names)}"
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            name = _base(node)
            if _is_modules(name, scope):
                return f"a function writes into the module's {name}"
        case ast.Call(func=ast.Attribute(attr=method, value=value)) if method in _MUTATORS:
            name = _base(value)
            if name in mutable and _is_modules(name, scope):
                return f"a function changes the module's {name}"
    return ""


def _is_modules(name: str, scope: Scope) -> bool:
    binder = scope.binder(name)
    return binder is not None and isinstance(binder.node, ast.Module)


def _base(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _mutable_names(module: Scope) -> frozenset[str]:
    names: list[str] = []
    for node in module.nodes:
        if isinstance(node, ast.Assign) and _is_mutable(node.value):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif (
            isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and _is_mutable(node.value)
        ):
            names.append(node.target.id)
    return frozenset(names)


def _is_mutable(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else _base(node.func)
        return name in _MUTABLE_CALLS
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _defaults(function: Function) -> list[ast.expr | None]:
    return [*function.args.defaults, *function.args.kw_defaults]
