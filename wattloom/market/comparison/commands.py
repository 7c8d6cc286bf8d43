"""`wattloom compare`: the same community and day under grid only, auction and ADMM."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wattloom.market.auction.errors import CannotAuction
from wattloom.market.comparison.document import as_table, write_comparison
from wattloom.market.comparison.measure import compare
from wattloom.market.coordination.repair import NobodyCanBalance
from wattloom.market.data.errors import DataError
from wattloom.market.data.folder import read_community
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.homes.errors import BadHome, SolveFailed
from wattloom.market.report.terminal import fail

app = typer.Typer(add_completion=False)
out, err = Console(soft_wrap=True), Console(stderr=True)


@app.command("compare")
def compare_ways(
    data: Annotated[
        Path | None, typer.Option(help="Folder with homes and weather; without it a community is generated.")
    ] = None,
    homes: Annotated[int, typer.Option(min=2, max=300, help="How many homes take part.")] = 10,
    seed: Annotated[
        int, typer.Option(min=0, help="Which generated community, and which draws of the auction.")
    ] = 1,
    out_folder: Annotated[Path, typer.Option("--out", help="Where page, picture and numbers go.")] = Path(
        "build/comparison"
    ),
) -> None:
    """Set a community's day with the grid only, by auction and by ADMM beside each other."""
    try:
        community = (
            synthetic_community(homes=homes, seed=seed) if data is None else read_community(data, homes=homes)
        )
        out_folder.mkdir(parents=True, exist_ok=True)
        err.print(f"seed {seed}; {community.description}", markup=False, highlight=False)
        found = compare(community, seed=seed, tell=lambda step: err.print(step, markup=False))
        page = write_comparison(found, out_folder)
    except (DataError, BadHome, CannotAuction, OSError) as error:
        fail(err, str(error))
    except (SolveFailed, NobodyCanBalance) as error:
        fail(err, str(error) or "no home can take its share of what is left over", code=1)
    out.print(as_table(found))
    out.print(f"page {page}, picture and numbers beside it", markup=False)
