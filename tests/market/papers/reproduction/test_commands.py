"""`wattloom reproduce` as it is called: exit codes, sentences and files."""

import json

import pytest
from typer.testing import CliRunner

from tests.market.data.samples import SHARED, needs_shared_data, write_pair
from wattloom.market.papers.reproduction import commands

EXIT_USAGE = 2


@pytest.fixture
def reproduce(tmp_path, monkeypatch):
    """Run the command in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner().invoke(commands.app, [*map(str, arguments)])

    return run


def only_sentence(result):
    """Return the one sentence of a user's mistake; there must be no traceback."""
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == EXIT_USAGE
    assert "Traceback" not in result.output
    (sentence,) = (line for line in result.stderr.splitlines() if line.startswith("error: "))
    return sentence.removeprefix("error: ")


def test_a_quick_run_writes_page_numbers_and_figures(reproduce, tmp_path):
    result = reproduce("vpp-2021", "--quick", "--homes", 3)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "build/reproduction"
    document = json.loads((folder / "reproduction.json").read_text())
    (community,) = document["papers"]["vpp-2021"]["communities"]
    assert community["synthetic"] is True
    assert len(community["users"]) == 3
    assert {path.name for path in folder.iterdir()} == {
        "reproduction.html",
        "reproduction.json",
        *community["figures"].values(),
    }
    assert "as printed" in result.stdout
    assert "vpp-2021" in result.stderr


def test_an_unknown_model_is_one_sentence(reproduce, tmp_path):
    sentence = only_sentence(reproduce("hvac-2020", "hvac-1999"))
    assert "hvac-1999" in sentence
    assert "choose one of hvac-2020" in sentence
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_one_sentence(reproduce, tmp_path):
    assert "nowhere" in only_sentence(reproduce("hvac-2020", "--data", tmp_path / "nowhere"))


def test_a_folder_without_a_whole_week_is_one_sentence(reproduce, tmp_path):
    write_pair(tmp_path)
    assert str(tmp_path) in only_sentence(reproduce("hvac-2020", "--data", tmp_path, "--homes", 2))


def test_a_place_that_cannot_be_written_is_one_sentence_before_anything_is_run(reproduce, tmp_path):
    (tmp_path / "taken").touch()
    result = reproduce("hvac-2020", "--out", tmp_path / "taken")
    assert "taken" in only_sentence(result)
    assert "iterations" not in result.output


@pytest.mark.soak
@needs_shared_data
def test_a_measured_day_of_every_paper_is_reproduced_and_nobody_loses_at_the_clearing_price(
    reproduce, tmp_path
):
    result = reproduce("--quick", "--data", SHARED)
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "build/reproduction/reproduction.json").read_text())
    communities = [found for paper in document["papers"].values() for found in paper["communities"]]
    assert len(communities) == 6
    for found in communities:
        losers = {way["way"]: way["losers"] for way in found["gains"]["ways"]}
        assert losers["clearing price"] == losers["bargaining"] == 0
        assert found["ours"]["surplus_lost_percent"] < 0.1
