"""What a file imports, judged by the allow-list; and the identity room's modules that it thereby draws in."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wattloom.chaincode.lint.findings import Code
from wattloom.chaincode.lint.judging import Judged, Verdict
from wattloom.chaincode.lint.names import DANGEROUS_MODULES, STANDARD, THIRD_PARTY
from wattloom.chaincode.lint.sources import Source, is_outside, module_file

CHAINCODE = "wattloom.chaincode"
IDENTITY = "wattloom.identity"


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported name; `module.name` may be a module itself."""

    node: ast.AST
    module: str
    name: str = ""

    @property
    def full(self) -> str:
        """The name with its module."""
        return f"{self.module}.{self.name}" if self.name else self.module


def imported(source: Source) -> Iterator[Imported]:
    """Yield everything that a file imports, relative imports made absolute."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (Imported(node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, source.package)
            yield from (Imported(node, module, name.name) for name in node.names)


@dataclass(frozen=True, slots=True)
class ImportRule:
    """Judges imports; `own` are the modules that are judged in the same run."""

    own: frozenset[str]
    third_party: frozenset[str] = THIRD_PARTY

    @classmethod
    def over(cls, sources: Iterable[Source]) -> "ImportRule":
        """Return the rule for a set of files that may import each other."""
        return cls(own=frozenset(source.module for source in sources))

    def __call__(self, judged: Judged) -> Iterator[Verdict]:
        """Find imports that the allow-list does not name."""
        for one in imported(judged.source):
            if one.name == "*":
                yield Verdict(one.node, Code.IMPORT, f"everything from {one.module}")
                continue
            code = self._code(one)
            if code is not None:
                yield Verdict(one.node, code, f"the import of {one.full}")

    def _code(self, one: Imported) -> Code | None:
        root = one.module.partition(".")[0]
        if _is_tool(one.module) or _is_tool(one.full):
            return Code.IMPORT
        if self._is_own(one) or _is_within(one.full, CHAINCODE) or _is_within(one.full, IDENTITY):
            return None
        if root in STANDARD or root in self.third_party:
            return None
        return DANGEROUS_MODULES.get(root, Code.IMPORT)

    def _is_own(self, one: Imported) -> bool:
        return one.module in self.own or one.full in self.own


def verifiers(sources: Iterable[Source]) -> set[Path]:
    """Return the identity room's files that the given files import directly, their packages included."""
    return {path for source in sources for one in imported(source) for path in _identity_files(one)}


def _identity_files(one: Imported) -> Iterator[Path]:
    if _is_within(one.full, IDENTITY):
        parts = one.full.split(".")
        modules = (".".join(parts[:length]) for length in range(2, len(parts) + 1))
        yield from (path for path in map(module_file, modules) if path is not None)


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _is_tool(module: str) -> bool:
    path = module_file(module) if _is_within(module, CHAINCODE) else None
    return path is not None and is_outside(path)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)
