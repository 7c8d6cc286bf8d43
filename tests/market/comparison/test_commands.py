"""`wattloom compare` as it is called: one table, one picture, JSON, and sentences for mistakes."""

import json

import pytest
from typer.testing import CliRunner

from wattloom.market.comparison import commands


def compared(*arguments):
    return CliRunner().invoke(commands.app, [*map(str, arguments)])


def test_a_comparison_is_a_table_a_page_a_picture_and_numbers(tmp_path):
    result = compared("--homes", 3, "--seed", 2, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    numbers = json.loads((tmp_path / "comparison.json").read_text())
    page = (tmp_path / "comparison.html").read_text()
    assert (tmp_path / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert "synthetic 2" in result.stdout
    assert "seed 2" in result.stderr
    for way in numbers["ways"]:
        for text in (f"{way['gains']['total']:.2f}", f"{way['peak_kw']:.2f}"):
            assert text in result.stdout
            assert text in page
    assert page.count("data:image/png;base64,") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--homes", 1], "homes"), (["--data", "/nowhere"], "is not a folder"), (["--seed", -1], "seed")],
)
def test_mistakes_are_sentences(arguments, sentence, tmp_path):
    result = compared(*arguments, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
