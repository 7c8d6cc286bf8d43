"""`wattloom auction`: one day of a community, traded by auction on a ledger of its own."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wattloom.chaincode.auction.matching import Pricing
from wattloom.market.auction.day.result import AuctionDay
from wattloom.market.auction.day.run import run_day
from wattloom.market.auction.day.summary import as_json, as_table, write_page
from wattloom.market.auction.errors import CannotAuction
from wattloom.market.auction.strategies.choice import StrategyName
from wattloom.market.data.errors import DataError
from wattloom.market.data.folder import read_community
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.homes.community import Community
from wattloom.market.homes.errors import BadHome, SolveFailed
from wattloom.market.report.terminal import fail, show_checks, steps
from wattloom.network.client import ClientError
from wattloom.network.replay import LedgerRejected
from wattloom.network.solo import LedgerFolderError

app = typer.Typer(add_completion=False)
out, err = Console(soft_wrap=True), Console(stderr=True)


@app.command()
def auction(
    data: Annotated[
        Path | None, typer.Option(help="Folder with homes and weather; without it a community is generated.")
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the ledger in this new folder.")] = None,
    homes: Annotated[int, typer.Option(min=2, max=300, help="How many homes take part.")] = 10,
    strategy: Annotated[
        StrategyName,
        typer.Option(help="How homes quote: at random, close to the tariff, or as they learn from prices."),
    ] = StrategyName.TARIFF,
    pricing: Annotated[
        Pricing, typer.Option(help="What sellers of the order book are paid.")
    ] = Pricing.PAY_AS_OFFER,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what strategies draw.")] = 1,
    report: Annotated[Path, typer.Option(help="Where the page with the plots goes.")] = Path("auction.html"),
    figures: Annotated[Path, typer.Option(help="Where the figures go as JSON.")] = Path("build/auction.json"),
) -> None:
    """Trade one day of a community by auction on a new ledger, slot by slot, and check everything."""
    try:
        for page in (report, figures):
            page.parent.mkdir(parents=True, exist_ok=True)
        community = synthetic_community(homes=homes) if data is None else read_community(data, homes=homes)
        day = _run(community, keep, strategy, pricing, seed)
        write_page(day, report)
        figures.write_text(json.dumps(as_json(day), indent=2) + "\n", encoding="utf-8")
    except (DataError, BadHome, CannotAuction, LedgerFolderError, OSError) as error:
        fail(err, str(error))
    except (LedgerRejected, ClientError, SolveFailed) as error:
        fail(err, str(error), code=1)
    _show(day)
    out.print(f"page {report}, figures {figures}" + (f", ledger {keep}" if keep else ""), markup=False)
    if day.failed:
        fail(err, "failed: " + ", ".join(check.name for check in day.failed), code=1)


def _run(
    community: Community, keep: Path | None, strategy: StrategyName, pricing: Pricing, seed: int
) -> AuctionDay:
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wattloom-"))) / "ledger"
        shown = stack.enter_context(steps(err))

        def progress(slot: int) -> None:
            shown.show(f"homes trade: {slot + 1} of {community.slots} slots done")

        return run_day(
            community,
            folder,
            strategy=strategy,
            pricing=pricing,
            seed=seed,
            tell=shown.begin,
            progress=progress,
        )


def _show(day: AuctionDay) -> None:
    out.print(as_table(day))
    out.print(
        f"homes needed {day.needed_wh / 1e3:.1f} kWh and had {day.surplus_wh / 1e3:.1f} kWh left; neighbours "
        f"traded {day.traded_wh / 1e3:.1f} kWh, {day.supplied_wh / 1e3:.1f} of it for {day.requests} requests"
    )
    out.print(
        f"{day.ledger.blocks} blocks, {day.ledger.transactions} transactions, {day.missed} steps missed, "
        f"{day.seconds:.1f} s"
    )
    show_checks(out, day.checks)
