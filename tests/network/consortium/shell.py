"""`wattloom network` as a user types it."""

from typer.testing import CliRunner, Result

from wattloom.network.consortium.commands import app


def run(*arguments: object, stdin: str | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def assert_mistake(shown: Result, *words: str, status: int = 2) -> None:
    """Hold a command to telling a mistake in a sentence, and nothing else."""
    assert shown.exit_code == status, shown.output
    assert all(word in shown.stderr for word in words), shown.stderr
    assert "Traceback" not in shown.output
    assert shown.stdout == ""
