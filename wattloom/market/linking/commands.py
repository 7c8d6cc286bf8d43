"""`wattloom simulate linking`: how well an observer links receipts to meters, and what that depends on."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wattloom.market.linking.scores import table

app = typer.Typer(add_completion=False)
out, err = Console(width=None if sys.stdout.isatty() else 160), Console(stderr=True)


@app.command()
def linking(
    villages: Annotated[int, typer.Option(min=1, max=100, help="Villages for each row.")] = 3,
    figures: Annotated[Path | None, typer.Option(help="Where the figures go as JSON.")] = None,
) -> None:
    """Let an observer link receipts to meters under several settings, and print how often it is right."""
    rows = []
    for row in table(villages=villages):
        err.print(f"measured: {row['setting']}")
        rows.append(row)
    shown = Table(*rows[0], title="receipts whose meter an observer names")
    for row in rows:
        shown.add_row(*map(str, row.values()))
    out.print(shown)
    if figures is not None:
        try:
            figures.parent.mkdir(parents=True, exist_ok=True)
            figures.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            err.print(f"error: {error}")
            raise typer.Exit(2) from None
