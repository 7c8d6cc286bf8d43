import json

from typer.testing import CliRunner

from wattloom.cli import app

RUN = CliRunner()


def test_clean_chaincode_exits_zero_and_says_nothing():
    result = RUN.invoke(app, ["lint-chaincode"])
    assert (result.exit_code, result.output) == (0, "")


def test_a_finding_is_printed_and_exits_one(tmp_path):
    (tmp_path / "rules.py").write_text("x = 1.5")
    result = RUN.invoke(app, ["lint-chaincode", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{tmp_path}/rules.py:1:5 FLOAT the literal 1.5 (")


def test_findings_as_json_carry_the_same(tmp_path):
    (tmp_path / "rules.py").write_text("x = 1.5")
    result = RUN.invoke(app, ["lint-chaincode", "--json", str(tmp_path)])
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "path": f"{tmp_path}/rules.py",
            "line": 1,
            "column": 5,
            "code": "FLOAT",
            "message": "the literal 1.5",
            "remedy": "calculate in integers of a stated unit; divide with //",
        }
    ]


def test_no_findings_as_json_are_an_empty_list():
    result = RUN.invoke(app, ["lint-chaincode", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_a_path_that_does_not_exist_is_said_on_stderr_and_exits_two(tmp_path):
    result = RUN.invoke(app, ["lint-chaincode", str(tmp_path / "nowhere")])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "no such file or folder" in result.stderr
