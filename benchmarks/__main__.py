"""`make bench`: every measurement, as tables on the terminal and as JSON in `build/`."""

import json
import os
import platform
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import (
    abci,
    auction,
    bids,
    convergence,
    existence,
    gateway,
    homes,
    identity,
    in_process,
    ledger_session,
    network,
    second_order,
    simulation,
    snapshots,
    state_cost,
    storage,
)

BUILD = Path("build")

Measurement = Callable[[], list[dict[str, Any]]]

MEASUREMENTS: dict[str, tuple[str, Measurement]] = {
    "bench": ("signed transfers through the gateway, over TLS", gateway.run),
    "in_process": ("signed transfers straight into the engine", in_process.run),
    "state": ("cost per changed key, by keys in the state", state_cost.run),
    "storage": ("LMDB against SQLite, durable blocks of transfers", storage.run),
    "abci": ("check_tx over the ABCI server's socket, each with its flush", abci.run),
    "snapshots": ("taking a snapshot of the state, and taking one over", snapshots.run),
    "existence": ("certificates of existence: verifying, spending, and a meter's part", existence.run),
    "homes": ("one home's solve", homes.run),
    "identity": ("enrolments into log and ledger", identity.run),
    "bids": ("signed offers and orders through the gateway, over TLS", bids.run),
    "auction": ("clearing a full order book, in process", auction.run),
    "simulation": ("thirty days of the auction study, in memory", simulation.run),
    "convergence": ("relaxed ADMM to 1e-6: iterations, and percent of the surplus lost", convergence.run),
    "second_order": ("second-order coordination: rounds, and percent of the surplus lost", second_order.run),
    "session": ("a session on a solo ledger: seconds and bytes of one iteration", ledger_session.run),
    "network": ("signed transfers on a network of validators on this machine", network.run),
}
"""File below `build/`, title, and what measures."""

USUAL = [name for name in MEASUREMENTS if name not in ("network", "session", "simulation")]
"""What is measured without being named: networks (`ENGINE=cometbft`), long sessions and months are slow."""

out = Console(width=None if sys.stdout.isatty() else 200)


def main(
    only: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(MEASUREMENTS)}.")] = None,
    validators: Annotated[
        str, typer.Option(metavar="N,N,...", help="Sizes of the networks that `network` measures.")
    ] = ",".join(map(str, network.VALIDATORS)),
) -> None:
    """Measure, print and write."""
    unknown = sorted(set(only or ()) - set(MEASUREMENTS))
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: choose from {', '.join(MEASUREMENTS)}")
    if not re.fullmatch(r"[1-9]\d?(,[1-9]\d?)*", validators):
        raise typer.BadParameter(f"--validators {validators}: write numbers, such as 4,10")
    sizes = [int(size) for size in validators.split(",")]
    BUILD.mkdir(exist_ok=True)
    out.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in only or USUAL:
        title, measure = MEASUREMENTS[name]
        with out.status(f"measuring: {title}"):
            figures = network.run(sizes) if name == "network" else measure()
        out.print(_table(title, figures))
        (BUILD / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _table(title: str, figures: list[dict[str, Any]]) -> Table:
    names = list(dict.fromkeys(name for figure in figures for name in figure))
    table = Table(*names, title=title)
    for figure in figures:
        table.add_row(*(_cell(figure.get(name)) for name in names))
    return table


def _cell(value: object) -> str:
    return f"{value:,.3g}" if isinstance(value, float) and abs(value) < 100 else str(value)


if __name__ == "__main__":
    typer.run(main)
