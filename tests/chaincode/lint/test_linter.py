from wattloom.chaincode.lint import Code, lint
from wattloom.chaincode.lint.linter import _verifier_sources
from wattloom.chaincode.lint.sources import CHAINCODE, OUTSIDE, PACKAGE, python_files, read


def test_wattlooms_own_chaincode_has_no_finding():
    assert [str(finding) for finding in lint()] == []


def test_the_authors_tools_are_not_judged_and_everything_else_is():
    files = python_files([CHAINCODE])
    assert CHAINCODE / "testing.py" not in files
    assert not any(file.is_relative_to(CHAINCODE / "lint") for file in files)
    assert {CHAINCODE / "api" / "context.py", CHAINCODE / "accounts" / "contract.py"} <= set(files)
    assert all(tool.exists() for tool in OUTSIDE)


def test_the_verifiers_are_judged_with_what_they_import_in_turn():
    names = {source.module for source in _verifier_sources([read(f) for f in python_files([CHAINCODE])])}
    assert {"wattloom.identity", "wattloom.identity.verify", "wattloom.identity.parsing"} <= names
    assert "wattloom.identity.files" not in names


def test_a_room_that_reads_files_and_clocks_is_found_out():
    codes = {finding.code for finding in lint([PACKAGE / "identity"])}
    assert {Code.FILE, Code.CLOCK} <= codes


def test_a_contract_that_draws_in_key_files_is_found_out_where_they_are_read(judge):
    findings = judge("from wattloom.identity.credentials import ClientIdentity")
    assert "wattloom/identity/files.py" in " ".join(finding.path for finding in findings)
    assert Code.FILE in {finding.code for finding in findings}


def test_a_finding_stands_where_it_is_and_says_what_to_do(judge, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    findings = judge("def f(a, b):\n    return a / b\n")
    assert [str(finding) for finding in findings] == [
        "rules.py:2:12 FLOAT true division (calculate in integers of a stated unit; divide with //)"
    ]


def test_findings_come_in_the_order_of_their_places(judge):
    findings = judge("import os\nx = 1.5\nimport random\n")
    assert [(finding.line, finding.code) for finding in findings] == [
        (1, Code.ENVIRONMENT),
        (2, Code.FLOAT),
        (3, Code.RANDOM),
    ]


def test_modules_of_one_package_import_each_other(tmp_path):
    package = tmp_path / "rules" / "energy"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    (package.parent / "units.py").write_text("from . import energy")
    (package / "book.py").write_text("from ..units import x\nfrom . import keys\nimport rules.units")
    (package / "keys.py").write_text("from .book import y")
    assert lint([tmp_path]) == []


def test_a_module_outside_the_judged_package_is_not_imported_by_it(tmp_path):
    package = tmp_path / "rules"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helpers.py").write_text("")
    (package / "book.py").write_text("from rules.helpers import x\nfrom . import helpers")
    assert {finding.code for finding in lint([package / "book.py"])} == {Code.IMPORT}
    assert lint([package]) == []


def test_a_file_that_is_not_utf8_is_a_finding(tmp_path):
    (tmp_path / "rules.py").write_bytes(b"x = '\xff'")
    assert [finding.code for finding in lint([tmp_path])] == [Code.SYNTAX]


def test_a_file_with_a_null_byte_is_a_finding(tmp_path):
    (tmp_path / "rules.py").write_bytes(b"x = '\x00'")
    assert [finding.code for finding in lint([tmp_path])] == [Code.SYNTAX]
