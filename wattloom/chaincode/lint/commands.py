"""The command `wattloom lint-chaincode`."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from wattloom.chaincode.lint.linter import lint
from wattloom.chaincode.lint.sources import CHAINCODE

app = typer.Typer(add_completion=False)


@app.command("lint-chaincode")
def lint_chaincode(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders of contracts; without, Wattloom's own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as a JSON list.")] = False,
) -> None:
    """Refuse what would make validators disagree: floats, clocks, randomness, files, set order, ...

    A line says `# lint-chaincode: allow CODE reason` where a finding is known to be harmless.
    """
    try:
        findings = lint(paths or [CHAINCODE])
    except FileNotFoundError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
    else:
        for finding in findings:
            typer.echo(str(finding))
    if findings:
        raise typer.Exit(1)
