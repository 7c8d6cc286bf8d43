"""`wattloom demo`: one market day, end to end."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wattloom.chaincode.transactive.messages import SessionView
from wattloom.market.data.errors import DataError
from wattloom.market.data.folder import read_community
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.day.coordination import CoordinationName
from wattloom.market.day.ledgers import EngineName
from wattloom.market.day.result import DayResult
from wattloom.market.day.run import SessionVoid, run_day
from wattloom.market.homes.community import Community
from wattloom.market.homes.errors import BadHome, SolveFailed
from wattloom.market.report import as_json, as_table, write_page
from wattloom.market.report.terminal import fail, show_checks, steps
from wattloom.network.client import ClientError
from wattloom.network.consortium.errors import ConsortiumError
from wattloom.network.engine_binary import EngineMissing
from wattloom.network.replay import LedgerRejected
from wattloom.network.solo import LedgerFolderError

app = typer.Typer(add_completion=False)
out, err = Console(soft_wrap=True), Console(stderr=True)


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option(help="Folder with homes and weather; without it a community is generated.")
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the ledger in this new folder.")] = None,
    engine: Annotated[
        EngineName, typer.Option(help="The ledger in one process, or four validators on this machine.")
    ] = EngineName.SOLO,
    coordination: Annotated[
        CoordinationName,
        typer.Option(help="How homes find trades: by ADMM on the ledger, or in fewer rounds before it."),
    ] = CoordinationName.ADMM,
    homes: Annotated[int, typer.Option(min=2, max=300, help="How many homes take part.")] = 10,
    report: Annotated[Path, typer.Option(help="Where the page with the plots goes.")] = Path("report.html"),
    figures: Annotated[Path, typer.Option(help="Where the figures go as JSON.")] = Path("build/demo.json"),
) -> None:
    """Trade one day of a community on a new ledger, and check everything."""
    try:
        for page in (report, figures):
            page.parent.mkdir(parents=True, exist_ok=True)
        community = synthetic_community(homes=homes) if data is None else read_community(data, homes=homes)
        day = _run(community, keep, engine, coordination)
    except (DataError, BadHome, LedgerFolderError, ConsortiumError, EngineMissing, OSError) as error:
        fail(err, str(error))
    except (SessionVoid, LedgerRejected, ClientError, SolveFailed) as error:
        fail(err, str(error), code=1)
    _show(day)
    if coordination is CoordinationName.SECOND_ORDER and day.planning is None:
        err.print("the homes found no plan off the ledger and traded in the plain session: the log says why")
    try:
        write_page(day, report)
        figures.write_text(json.dumps(as_json(day), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        fail(err, str(error))
    out.print(f"page {report}, figures {figures}" + (f", ledger {keep}" if keep else ""), markup=False)
    if day.failed:
        fail(err, "failed: " + ", ".join(check.name for check in day.failed), code=1)


def _run(
    community: Community, keep: Path | None, engine: EngineName, coordination: CoordinationName
) -> DayResult:
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wattloom-"))) / "ledger"
        shown = stack.enter_context(steps(err))

        def progress(view: SessionView) -> None:
            at = view.progress
            shown.show(f"homes trade: {at.phase.value}, iteration {at.iteration}")

        return run_day(
            community, folder, engine=engine, coordination=coordination, tell=shown.begin, progress=progress
        )


def _show(day: DayResult) -> None:
    out.print(as_table(day))
    if day.planning is not None:
        out.print(
            f"off the ledger {day.planning.homes} homes found prices in {day.planning.rounds} rounds, "
            f"{day.planning.exchanges} exchanges, {day.planning.bytes_received / 1e6:.1f} MB from homes and "
            f"{day.planning.bytes_sent / 1e6:.1f} MB to them, {day.planning.seconds:.1f} s"
        )
    last = day.residuals[-1]
    out.print(
        f"{day.iterations} iterations, residuals {last.primal:.1e} kWh and {last.dual:.1e} $; "
        f"{day.ledger.blocks} blocks, {day.ledger.transactions} transactions, {day.seconds:.1f} s"
    )
    show_checks(out, day.checks)
