"""`wattloom simulate auction`: the CE-SDT paper's study on the contract, our numbers beside the paper's."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wattloom.market.auction.simulation.document import as_table, write_study
from wattloom.market.auction.simulation.ledger import Ledger
from wattloom.market.auction.simulation.memory import InMemory
from wattloom.market.auction.simulation.prices import prices
from wattloom.market.auction.simulation.profiles import profiles
from wattloom.market.auction.simulation.run import Tell
from wattloom.market.auction.simulation.setup import MAX_DAYS, MAX_USERS, MIN_USERS, Form, Setup
from wattloom.market.auction.simulation.solo import on_solo
from wattloom.market.auction.simulation.study import Part, Plan, study
from wattloom.market.auction.strategies import StrategyName
from wattloom.market.data.errors import DataError
from wattloom.market.report.terminal import fail, steps

app = typer.Typer(add_completion=False)
out, err = Console(soft_wrap=True), Console(stderr=True)

BASE_USERS = 100
"""Of the default setting, or the most that are asked for where those are fewer."""


class LedgerName(StrEnum):
    """Where the contract runs: in memory, or on a solo ledger with signatures, blocks and a disk."""

    MEMORY = "memory"
    SOLO = "solo"


@app.command()
def auction(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with homes of November 2012, and tariffs; without it types are generated."),
    ] = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Where page, figures and numbers go.")] = Path(
        "build/auction-study"
    ),
    users: Annotated[
        str, typer.Option(metavar="N,N,...", help=f"How many users, {MIN_USERS} to {MAX_USERS}; swept.")
    ] = "20,50,100,200,500,1000",
    shares: Annotated[
        str, typer.Option(metavar="N,N,...", help="Generating users, percent, 0 to 100; swept.")
    ] = "10,20,30,40,50,60,70,80,90",
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="Days of every run.")] = 7,
    form: Annotated[
        Form, typer.Option(help="Of the default setting: requests, or an order book.")
    ] = Form.REQUEST,
    strategy: Annotated[
        StrategyName, typer.Option(help="Of the default setting: how homes quote.")
    ] = StrategyName.TARIFF,
    ledger: Annotated[LedgerName, typer.Option(help="Where the contract runs.")] = LedgerName.MEMORY,
    only: Annotated[
        list[Part] | None, typer.Option(help="Sweep only this; may be repeated. Without it everything is.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="One day, and sweeps of few points.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Which types, intervals and quotes are drawn.")] = 1,
) -> None:
    """Simulate a community that trades by auction: the CE-SDT paper's study, its numbers beside ours."""
    numbers, percents = _numbers(users, MIN_USERS, MAX_USERS), _numbers(shares, 0, 100)
    if quick:
        days, numbers, percents = (
            1,
            [each for each in numbers if each <= BASE_USERS] or numbers[:1],
            percents[::2],
        )
    base = Setup(users=min(BASE_USERS, numbers[-1]), days=days, form=form, strategy=strategy, seed=seed)
    plan = Plan(base=base, users=numbers, shares=[each / 100 for each in percents], parts=only or list(Part))
    try:
        types, tariff = profiles(data, seed=seed), prices(data)
        out_folder.mkdir(parents=True, exist_ok=True)
        err.print(f"seed {seed}; {types.source}; tariff {tariff.source}", markup=False, highlight=False)
        with _telling() as tell:
            found = study(plan, types, tariff, ledger=ledger, open_ledger=OPEN[ledger], tell=tell)
        page = write_study(found, out_folder)
    except (DataError, OSError) as error:
        fail(err, str(error))
    out.print(as_table(found))
    out.print(f"page {page}, numbers and figures beside it", markup=False)


def _numbers(text: str, low: int, high: int) -> list[int]:
    """Return the whole numbers in `10,100`, ascending."""
    if not re.fullmatch(r"\d{1,5}(,\d{1,5})*", text):
        raise typer.BadParameter(f"{text}: write whole numbers, such as 10,50")
    found = sorted({int(number) for number in text.split(",")})
    for number in found:
        if not low <= number <= high:
            raise typer.BadParameter(f"{number}: choose from {low} to {high}")
    return found


@contextmanager
def _in_memory() -> Iterator[Ledger]:
    yield InMemory()


@contextmanager
def _on_solo() -> Iterator[Ledger]:
    with (
        tempfile.TemporaryDirectory(prefix="wattloom-") as folder,
        on_solo(Path(folder) / "ledger") as ledger,
    ):
        yield ledger


OPEN = {LedgerName.MEMORY: _in_memory, LedgerName.SOLO: _on_solo}


@contextmanager
def _telling() -> Iterator[Tell]:
    """Show what is going on in one line that changes; where nobody watches, a line for every run."""
    with steps(err) as shown:
        yield lambda step: shown.show(step) if ": day" in step else shown.begin(step)
