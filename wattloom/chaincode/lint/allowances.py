"""Allowances: `# lint-chaincode: allow CODE reason` accepts the findings of one code on its line."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from wattloom.chaincode.lint.findings import Code

_MARK = re.compile(r"#\s*lint-chaincode\b:?\s*(?P<rest>.*)")
_ALLOW = re.compile(r"allow (?P<code>[A-Z_]+)\s+(?P<reason>\S.*)")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment to the linter; `code` is None where it is not the one form that counts."""

    line: int
    column: int
    code: Code | None


def allowances(text: str) -> Iterator[Allowance]:
    """Yield every comment of a file that speaks to the linter."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        mark = _MARK.search(token.string) if token.type == tokenize.COMMENT else None
        if mark is not None:
            line, column = token.start
            yield Allowance(line, column + mark.start() + 1, _code(mark["rest"]))


def _code(rest: str) -> Code | None:
    allow = _ALLOW.fullmatch(rest.strip())
    return Code(allow["code"]) if allow is not None and allow["code"] in Code.__members__ else None
