from typer.testing import CliRunner

from wattloom.cli import COMMANDS, app

RUN = CliRunner()


def test_help_names_every_command():
    result = RUN.invoke(app, ["--help"])
    assert result.exit_code == 0
    assert all(name in result.output for name in COMMANDS)


def test_every_command_can_be_loaded_and_helps():
    for name in COMMANDS:
        assert RUN.invoke(app, [name, "--help"]).exit_code == 0


def test_an_unknown_command_exits_two():
    assert RUN.invoke(app, ["nonsense"]).exit_code == 2
