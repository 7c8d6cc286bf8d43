"""`wattloom auction` as it is called: exit codes, sentences and files."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from tests.market.transactive.samples import community_of, random_community, rigid_home
from wattloom.market.auction.day import commands
from wattloom.market.day.result import Check
from wattloom.market.homes.home import Tariff

EXIT_FAILED, EXIT_USAGE = 1, 2


@pytest.fixture
def auction(tmp_path, monkeypatch):
    """Run the command in an empty folder of its own, on a community of a few slots."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commands, "synthetic_community", lambda homes: random_community(homes, slots=2))

    def call(*arguments):
        return CliRunner().invoke(commands.app, [*map(str, arguments)])

    return call


def only_sentence(result):
    """Return the one sentence of an error, without its mark; there must be no traceback."""
    assert isinstance(result.exception, SystemExit)
    (sentence,) = (line for line in result.stderr.splitlines() if line.startswith("error: "))
    assert "Traceback" not in result.output
    return sentence.removeprefix("error: ")


def test_a_day_writes_its_page_figures_and_ledger(auction, tmp_path):
    result = auction("--homes", 3, "--strategy", "learning", "--pricing", "uniform", "--keep", "kept")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("holds") == 4
    assert "home0" in result.stdout
    told = json.loads((tmp_path / "build/auction.json").read_text())
    assert (told["strategy"], told["pricing"], told["slots"]) == ("learning", "uniform", 2)
    page = (tmp_path / "auction.html").read_text()
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 4
    assert not any(word in page for word in ("<script", "<link", "src="))
    assert (tmp_path / "kept/genesis.json").is_file()


def test_a_folder_in_use_is_a_mistake_of_the_user(auction, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("keep me")
    result = auction("--homes", 3, "--keep", "full")
    assert result.exit_code == EXIT_USAGE
    assert "is not empty" in only_sentence(result)


def test_a_folder_without_homes_is_a_mistake_of_the_user(auction):
    result = auction("--data", "nowhere")
    assert result.exit_code == EXIT_USAGE
    assert "nowhere" in only_sentence(result)


@pytest.mark.parametrize(
    "arguments", [("--homes", 1), ("--strategy", "greedy"), ("--pricing", "vickrey"), ("--seed", -1)]
)
def test_choices_that_there_are_not_are_mistakes_of_the_user(auction, arguments):
    assert auction(*arguments).exit_code == EXIT_USAGE


def test_tariffs_that_allow_no_auction_are_told_with_a_remedy(auction, monkeypatch):
    tariffs = Tariff(0.2, 1.0, 0.15), Tariff(0.1, 1.0)
    homes = [rigid_home(f"h{number}", [1.0, 1.0]) for number in range(2)]
    odd = [
        type(home)(home.home_id, 2, 3600, each, home.devices)
        for home, each in zip(homes, tariffs, strict=True)
    ]
    monkeypatch.setattr(commands, "synthetic_community", lambda homes: community_of(*odd))
    result = auction()
    assert result.exit_code == EXIT_USAGE
    assert "in slot 0 a home pays 0.1000 $/kWh" in only_sentence(result)


def test_a_check_that_fails_fails_the_command(auction, kept, monkeypatch):
    broken = Check("money is conserved", holds=False, detail="1 nano is gone")
    monkeypatch.setattr(commands, "run_day", lambda *_, **__: replace(kept[0], checks=(broken,)))
    result = auction("--homes", 3)
    assert result.exit_code == EXIT_FAILED
    assert only_sentence(result) == "failed: money is conserved"
