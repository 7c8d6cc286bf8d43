"""What a rule is given, and what it gives back."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from wattloom.chaincode.lint.findings import Code
from wattloom.chaincode.lint.scopes import Scope, aliases_of, dotted, scopes_of
from wattloom.chaincode.lint.sources import Source


@dataclass(frozen=True)
class Judged:
    """A file as the rules look at it."""

    source: Source

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the file."""
        return list(ast.walk(self.source.tree))

    @cached_property
    def scopes(self) -> list[Scope]:
        """Every scope of the file."""
        return scopes_of(self.source.tree)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """What each imported name stands for."""
        return aliases_of(self.source.tree)

    def dotted(self, node: ast.expr) -> str:
        """Return the full name of an expression, or the empty string."""
        return dotted(node, self.aliases)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's finding at a node."""

    node: ast.AST
    code: Code
    message: str


Rule = Callable[[Judged], Iterator[Verdict]]
