"""The `wattloom` command: each room adds its own commands here."""

import typer

app = typer.Typer(name="wattloom", help="Community energy trading on a permissioned ledger.", no_args_is_help=True)


@app.callback()
def _root() -> None: ...


def main() -> None:
    """Run the command line."""
    app()
