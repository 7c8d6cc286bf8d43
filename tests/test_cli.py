import subprocess
import sys

import pytest
from typer.testing import CliRunner

from wattloom.cli import PLACES, SUMMARIES, Room, app

RUN = CliRunner()
HEAVY = {"cvxpy", "matplotlib", "numba", "scipy", "sqlalchemy"}


def test_help_names_every_command():
    for group in ((), ("simulate",)):
        result = RUN.invoke(app, [*group, "--help"])
        assert result.exit_code == 0
        names = [name.split() for name in PLACES if name.split()[:-1] == list(group)]
        assert all(words[-1] in result.output for words in names)


@pytest.mark.parametrize("name", PLACES)
def test_every_command_can_be_loaded_and_helps(name):
    assert RUN.invoke(app, [*name.split(), "--help"]).exit_code == 0


@pytest.mark.parametrize("name", PLACES)
def test_the_list_of_commands_says_what_the_command_says(name):
    summary = " ".join(Room(name).load().help.partition("\n\n")[0].split())
    assert SUMMARIES[name] == summary


def test_the_list_of_commands_waits_for_no_solver_and_no_database():
    script = (
        "import sys; from wattloom.cli import app; app(standalone_mode=False);"
        f"print({HEAVY} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


def test_an_unknown_command_exits_two_and_is_guessed():
    result = RUN.invoke(app, ["leger"])
    assert result.exit_code == 2
    assert "Did you mean 'ledger'" in result.output
