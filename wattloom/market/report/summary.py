"""A market day as a table for the terminal, and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from msgspec import to_builtins
from rich.table import Table
from rich.text import Text

from wattloom.market.day.gains import gains
from wattloom.market.day.result import Check, DayResult, LedgerDay


def as_table(day: DayResult) -> Table:
    """Return the table home, stand-alone cost, cost with trading, saving."""
    homes = ((home.home, home.cost_alone, home.cost_with_trading) for home in day.homes)
    title = f"{day.community}, {len(day.homes)} homes, {len(day.price)} slots"
    return cost_table(title, "with trading", homes, (day.cost_alone, day.cost_with_trading))


def cost_table(
    title: str, way: str, homes: Iterable[tuple[str, float, float]], every: tuple[float, float]
) -> Table:
    """Return a table of homes, each with its cost alone and by a way of trading, $, and of all together."""
    table = Table(title=Text(title))
    table.add_column("home")
    for column in ("alone $", f"{way} $", "saving $", "saving %"):
        table.add_column(column, justify="right")
    for name, alone, trading in homes:
        table.add_row(Text(name), *_money_cells(alone, trading))
    table.add_section()
    table.add_row("all", *_money_cells(*every))
    return table


def as_json(day: DayResult) -> dict[str, Any]:
    """Return the day's figures; money in $, bills also exactly, in 1e-9 $ as strings."""
    return {
        "community": day.community,
        "synthetic": day.synthetic,
        "homes": len(day.homes),
        "slots": len(day.price),
        "planning": None if day.planning is None else asdict(day.planning),
        "iterations": day.iterations,
        "primal_residual_kwh": day.residuals[-1].primal,
        "dual_residual": day.residuals[-1].dual,
        "cost_alone": day.cost_alone,
        "cost_before_rounding": day.cost_before_rounding,
        "cost_with_trading": day.cost_with_trading,
        "central_optimum": day.central_optimum,
        "costs": {
            home.home: {"alone": home.cost_alone, "with_trading": home.cost_with_trading}
            for home in day.homes
        },
        "bills": {home.home: home.bill_nano / 1e9 for home in day.homes},
        "bills_nano": {home.home: str(home.bill_nano) for home in day.homes},
        "ways_of_settling": to_builtins(gains(day).ways),
        "price_per_kwh": [float(price) for price in day.price],
        **ledger_json(day.ledger, day.checks),
        "seconds": day.seconds,
    }


def ledger_json(ledger: LedgerDay, checks: Iterable[Check]) -> dict[str, Any]:
    """Return what the ledger of a day did, and which checks hold."""
    return {
        "engine": ledger.engine,
        "blocks": ledger.blocks,
        "transactions": ledger.transactions,
        "genesis_hash": ledger.genesis_hash,
        "state_root": ledger.state_root,
        "checks": {check.name: check.holds for check in checks},
    }


def saved_percent(alone: float, trading: float) -> str:
    """Return what trading saved in percent of the cost alone, or a dash where that is nothing."""
    return f"{100 * (alone - trading) / abs(alone):.1f}" if abs(alone) > 1e-9 else "-"


def _money_cells(alone: float, trading: float) -> tuple[str, str, str, str]:
    return f"{alone:.2f}", f"{trading:.2f}", f"{alone - trading:.2f}", saved_percent(alone, trading)
