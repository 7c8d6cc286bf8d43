"""`wattloom simulate auction` as it is called: files, the table, and sentences for mistakes."""

import json

import pytest
from typer.testing import CliRunner

from tests.market.auction.simulation.samples import write_tariffs
from wattloom.market.auction.simulation import commands

EXIT_USAGE = 2


def auction(*arguments):
    return CliRunner().invoke(commands.app, [*map(str, arguments)])


def numbers(folder):
    return json.loads((folder / "auction-study.json").read_text())


def test_a_quick_study_prints_the_papers_numbers_and_says_its_seed(tmp_path):
    result = auction("--quick", "--only", "shares", "--users", 6, "--seed", 3, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "68.3" in result.stdout
    assert "seed 3" in result.stderr
    assert "run 1 of 5, 6 users" in result.stderr
    found = numbers(tmp_path / "out")
    assert [each["setup"]["share"] for each in found["by_share"]] == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert found["base"]["setup"]["seed"] == 3


def test_a_study_on_the_solo_ledger_comes_to_what_it_does_in_memory(tmp_path):
    found = []
    for ledger in ("memory", "solo"):
        arguments = ["--quick", "--only", "users", "--users", 3, "--form", "book"]
        result = auction(*arguments, "--ledger", ledger, "--out", tmp_path / ledger)
        assert result.exit_code == 0, result.output
        found.append({**numbers(tmp_path / ledger)["base"], "seconds": 0})
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--users", "ten"], "write whole numbers"),
        (["--users", "1"], "choose from 2 to 1000"),
        (["--shares", "10,101"], "choose from 0 to 100"),
        (["--days", "31"], "days"),
        (["--only", "weather"], "weather"),
        (["--data", "/nowhere"], "is not a folder"),
    ],
)
def test_mistakes_are_sentences(arguments, sentence, tmp_path):
    result = auction("--out", tmp_path, *arguments)
    assert result.exit_code == EXIT_USAGE
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_data_without_november_are_one_sentence(tmp_path):
    result = auction("--data", write_tariffs(tmp_path), "--out", tmp_path / "out")
    assert result.exit_code == EXIT_USAGE
    assert "whole of November 2012" in " ".join(result.stderr.split())


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    result = auction("--quick", "--out", tmp_path / "file")
    assert result.exit_code == EXIT_USAGE
    assert "file" in result.stderr
