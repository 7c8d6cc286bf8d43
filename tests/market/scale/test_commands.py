"""`wattloom simulate homes` as it is called: tables, files, and sentences for mistakes."""

import json

import pytest
from typer.testing import CliRunner

from wattloom.market.scale import commands

EXIT_USAGE = 2


def simulate(*arguments):
    return CliRunner().invoke(commands.app, [*map(str, arguments)])


def test_several_sizes_are_measured_ascending_and_written(tmp_path):
    result = simulate("--homes", "3,2", "--slots", 4, "--json", tmp_path / "found.json")
    assert result.exit_code == 0, result.output
    measured = json.loads((tmp_path / "found.json").read_text())
    ways = [(found["homes"], found["method"]) for found in measured]
    assert ways == [(2, "admm"), (2, "second-order"), (3, "admm"), (3, "second-order")]
    for found in measured:
        assert found["converged"]
        assert found["central"]["cost"] < found["central"]["alone"]
        assert f"{found['targets'][0]['rounds']}" in result.stdout
    assert "3 homes" in result.stderr


@pytest.mark.parametrize("method", ["admm", "second-order"])
def test_one_method_alone_can_be_asked_for(method, tmp_path):
    result = simulate("--homes", 3, "--slots", 4, "--method", method, "--json", tmp_path / "found.json")
    assert result.exit_code == 0, result.output
    (found,) = json.loads((tmp_path / "found.json").read_text())
    assert found["method"] == method


@pytest.mark.parametrize(
    ("homes", "sentence"), [("ten", "write numbers"), ("1", "choose from 2"), ("9999", "to 1000")]
)
def test_sizes_that_are_none_are_refused(homes, sentence):
    result = simulate("--homes", homes)
    assert result.exit_code == EXIT_USAGE
    assert sentence in result.stderr


def test_an_unknown_model_is_one_sentence():
    result = simulate("--homes", 2, "--model", "flat-1900")
    assert result.exit_code == EXIT_USAGE
    assert "flat-1900" in result.stderr
    assert "Traceback" not in result.output


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path):
    result = simulate("--homes", 2, "--slots", 2, "--json", tmp_path)
    assert result.exit_code == EXIT_USAGE
    assert str(tmp_path) in result.stderr.replace("\n", "")
