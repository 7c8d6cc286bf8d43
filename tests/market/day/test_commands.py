"""`wattloom demo` as it is called: exit codes, sentences and files."""

import json
import os
import re
import subprocess
import sys
from functools import partial

import pytest
from typer.testing import CliRunner

from tests.market.data.samples import homes_csv, weather_csv, write, write_pair
from wattloom.market.day import checks, commands, run
from wattloom.market.transactive.agent import HomeAgent
from wattloom.market.transactive.terms import offered_terms

EXIT_FAILED, EXIT_USAGE = 1, 2


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """Run the command in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner().invoke(commands.app, [*map(str, arguments)])

    return run


def only_sentence(result):
    """Return the one sentence of an error, without its mark; there must be no traceback."""
    assert isinstance(result.exception, SystemExit)
    (sentence,) = (line for line in result.stderr.splitlines() if line.startswith("error: "))
    assert "Traceback" not in result.output
    return sentence.removeprefix("error: ")


def test_a_day_of_the_built_in_community_writes_its_page_figures_and_ledger(demo, tmp_path):
    result = demo("--homes", 3, "--keep", tmp_path / "kept")
    assert result.exit_code == 0
    for name in ("home0001", "home0002", "home0003", "all"):
        assert name in result.stdout
    assert "FAILS" not in result.stdout
    assert result.stdout.count("holds") == 6
    figures = json.loads((tmp_path / "build/demo.json").read_text())
    assert figures["homes"] == len(figures["bills"]) == 3
    assert all(figures["checks"].values())
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "kept/genesis.json").is_file()


def test_second_order_coordination_is_told_with_its_rounds_and_exchanges(demo):
    result = demo("--homes", 3, "--coordination", "second-order")
    assert result.exit_code == 0
    assert re.search(r"3 homes found prices in \d+ rounds, \d+ exchanges", result.stdout)
    assert "\n1 iterations" in result.stdout


def test_two_homes_cannot_mask_their_sums_and_are_told_to_have_traded_without(demo):
    result = demo("--homes", 2, "--coordination", "second-order")
    assert result.exit_code == 0
    assert "plain session" in result.stderr
    assert "found prices" not in result.stdout


def test_without_keep_no_ledger_is_left(demo, tmp_path):
    assert demo("--homes", 2).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build", "report.html"]


def test_homes_with_awkward_names_are_traded_and_shown_as_they_are(demo, tmp_path):
    names = ("[/bold]", "_$x$ <b>", "Zoe & Max")
    write(tmp_path / "homes.csv", homes_csv(ids=names))
    write(tmp_path / "weather.csv", weather_csv())
    result = demo("--data", tmp_path, "--homes", 3)
    assert result.exit_code in (0, EXIT_FAILED), result.output  # such equal homes have nothing to trade
    for name in names:
        assert name in result.stdout
    assert "Traceback" not in result.output


def test_a_failed_check_is_named_and_ends_in_another_exit_code(demo, monkeypatch, tmp_path):
    monkeypatch.setattr(checks, "AFTER_ROUNDING", -1.0)
    result = demo("--homes", 2)
    assert result.exit_code == EXIT_FAILED
    assert only_sentence(result) == "failed: optimal after rounding"
    assert result.stdout.count("FAILS") == 1
    assert json.loads((tmp_path / "build/demo.json").read_text())["checks"]["optimal after rounding"] is False


def test_a_session_without_trades_says_why(demo, monkeypatch):
    few = partial(offered_terms, max_iterations=2)
    monkeypatch.setattr(run, "offered_terms", few)  # far from any agreement, and nobody accepts a repair
    monkeypatch.setattr(HomeAgent, "_accepts", lambda *_: False)
    monkeypatch.setattr(HomeAgent, "_is_kept", lambda *_: True)
    result = demo("--homes", 3)
    assert result.exit_code == EXIT_FAILED
    assert only_sentence(result) == "the session ended without trades: nobody-can-balance"


def test_a_folder_that_is_in_use_is_not_taken_for_the_ledger(demo, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/mine.txt").touch()
    result = demo("--homes", 2, "--keep", tmp_path / "kept")
    assert result.exit_code == EXIT_USAGE
    assert only_sentence(result) == f"{tmp_path}/kept is not empty: choose a new folder for a new ledger"


def test_data_that_is_missing_is_one_sentence(demo, tmp_path):
    result = demo("--data", tmp_path / "[/nowhere]")
    assert result.exit_code == EXIT_USAGE
    assert f"{tmp_path}/[/nowhere]" in only_sentence(result)


def test_data_that_is_wrong_is_one_sentence_with_its_place(demo, tmp_path):
    write_pair(tmp_path, load="-3")
    result = demo("--data", tmp_path, "--homes", 2)
    assert result.exit_code == EXIT_USAGE
    assert "homes.csv" in only_sentence(result)


def test_a_report_that_cannot_be_written_is_one_sentence(demo, tmp_path):
    (tmp_path / "report").mkdir()
    result = demo("--homes", 2, "--report", tmp_path / "report")
    assert result.exit_code == EXIT_USAGE
    assert str(tmp_path / "report") in only_sentence(result)


def test_as_a_process_results_go_to_stdout_and_the_rest_to_stderr(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", "from wattloom.cli import main; main()", "demo", "--homes", "2"],
        cwd=tmp_path,
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "iterations, residuals" in told.stdout
    assert "every home plans alone" in told.stderr
    assert "gateway" not in told.stdout
