"""Judging files: every rule on chaincode; imports and named uses on what it draws in of the identity room."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from wattloom.chaincode.lint.allowances import allowances
from wattloom.chaincode.lint.findings import REMEDIES, Code, Finding
from wattloom.chaincode.lint.floats import floats
from wattloom.chaincode.lint.imports import ImportRule, verifiers
from wattloom.chaincode.lint.judging import Judged, Rule, Verdict
from wattloom.chaincode.lint.module_state import module_state
from wattloom.chaincode.lint.names import VERIFIERS_THIRD_PARTY
from wattloom.chaincode.lint.set_order import set_order
from wattloom.chaincode.lint.sources import CHAINCODE, Source, python_files, read
from wattloom.chaincode.lint.uses import builtin_uses, uses

RULES: tuple[Rule, ...] = (floats, uses, builtin_uses, module_state, set_order)


def lint(paths: Sequence[Path] = (CHAINCODE,)) -> list[Finding]:
    """Judge all files below the paths and the verifiers that they import; raise `FileNotFoundError`."""
    sources, findings = _read_all(python_files(paths))
    imports = ImportRule.over(sources)
    for source in sources:
        findings += _judge(source, (imports, *RULES))
    for source in _verifier_sources(sources):
        findings += _judge(source, (replace(imports, third_party=VERIFIERS_THIRD_PARTY), uses))
    return sorted(findings)


def _verifier_sources(sources: Sequence[Source]) -> list[Source]:
    """Return what the files draw in of the identity room, directly or not."""
    judged = {source.path for source in sources}
    drawn_in: dict[Path, Source] = {}
    fresh = sorted(verifiers(sources) - judged)
    while fresh:
        drawn_in |= {path: read(path) for path in fresh}
        fresh = sorted(verifiers(drawn_in.values()) - judged - drawn_in.keys())
    return [drawn_in[path] for path in sorted(drawn_in)]


def _read_all(files: Sequence[Path]) -> tuple[list[Source], list[Finding]]:
    sources: list[Source] = []
    findings: list[Finding] = []
    for path in files:
        try:
            sources.append(read(path))
        except SyntaxError as error:
            findings.append(_finding(path, error.lineno or 1, error.offset or 1, Code.SYNTAX, error.msg))
        except ValueError as error:
            findings.append(_finding(path, 1, 1, Code.SYNTAX, str(error)))
    return sources, findings


def _judge(source: Source, rules: Sequence[Rule]) -> Iterator[Finding]:
    judged = Judged(source)
    verdicts = [verdict for rule in rules for verdict in rule(judged)]
    found = {(_line(verdict), verdict.code) for verdict in verdicts}
    comments = list(allowances(source.text))
    allowed = {(comment.line, comment.code) for comment in comments}
    for verdict in verdicts:
        if (_line(verdict), verdict.code) not in allowed:
            column = getattr(verdict.node, "col_offset", 0) + 1
            yield _finding(source.path, _line(verdict), column, verdict.code, verdict.message)
    for comment in comments:
        if (comment.line, comment.code) not in found:
            yield _finding(
                source.path, comment.line, comment.column, Code.ALLOW, "a comment that allows nothing"
            )


def _line(verdict: Verdict) -> int:
    return getattr(verdict.node, "lineno", 1)


def _finding(path: Path, line: int, column: int, code: Code, message: str) -> Finding:
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return Finding(
        path=str(shown), line=line, column=column, code=code, message=message, remedy=REMEDIES[code]
    )
