"""`wattloom reproduce`: the papers' figures, our numbers beside theirs."""

from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wattloom.market.data.errors import DataError
from wattloom.market.homes.errors import BadHome, SolveFailed
from wattloom.market.papers.config import MODELS, ConfigurationError, load_model
from wattloom.market.papers.reproduction.claims import paper
from wattloom.market.papers.reproduction.comparison import compare
from wattloom.market.papers.reproduction.document import Document
from wattloom.market.papers.reproduction.findings import Findings
from wattloom.market.papers.reproduction.measure import measure
from wattloom.market.papers.reproduction.ways import Most
from wattloom.market.papers.reproduction.weeks import communities
from wattloom.market.report.terminal import fail, telling
from wattloom.network.client import ClientError
from wattloom.network.replay import LedgerRejected

app = typer.Typer(add_completion=False)
out, err = Console(soft_wrap=True), Console(stderr=True)


class Size(NamedTuple):
    """How many days are traded, and in how many iterations at most."""

    days: int
    most: Most


DAY, WEEK = Size(1, Most(printed=40, ours=120)), Size(7, Most(printed=100, ours=300))
"""The printed way gets fewer: its step sizes shrink, and more iterations change next to nothing."""


@app.command()
def reproduce(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL...", help=f"Of {', '.join(MODELS)}; all without one.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder with measured weeks; without it communities are generated.")
    ] = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Where page, figures and numbers go.")] = Path(
        "build/reproduction"
    ),
    homes: Annotated[int, typer.Option(min=2, max=40, help="How many homes take part.")] = 10,
    quick: Annotated[bool, typer.Option("--quick", help="One day in place of a week.")] = False,
) -> None:
    """Run the papers' experiments with the ledger in the loop, and draw their figures from them."""
    size = DAY if quick else WEEK
    try:
        configurations = [load_model(model) for model in dict.fromkeys(models or MODELS)]
        studies = [
            (configuration, community)
            for configuration in configurations
            for community in communities(configuration, data, homes=homes, days=size.days, tell=_say)
        ]
        out_folder.mkdir(parents=True, exist_ok=True)
    except (ConfigurationError, DataError, BadHome, OSError) as error:
        fail(err, str(error))
    document = Document()
    try:
        for configuration, community in studies:
            with telling(err, community.name) as tell:
                found = measure(configuration, community, most=size.most, tell=tell)
            _show(found)
            document.add(found)
            page = document.write(out_folder)
            out.print(f"page {page}, numbers and figures beside it", markup=False)
    except (LedgerRejected, ClientError, SolveFailed) as error:
        fail(err, str(error), code=1)
    except OSError as error:
        fail(err, str(error))


def _say(sentence: str) -> None:
    err.print(sentence, markup=False, soft_wrap=True)


def _show(found: Findings) -> None:
    table = Table(title=Text(found.name))
    table.add_column("")
    for column in ("the paper", "as printed", "as we do it", "second order"):
        table.add_column(column, justify="right")
    for line in compare(paper(found.model), found):
        numbers = (line.paper, line.printed, line.ours, line.second_order)
        cells = ("-" if number is None else f"{number:.4g}" for number in numbers)
        table.add_row(Text(f"{line.what}, {line.unit}" if line.unit else line.what), *cells)
    out.print(table)
