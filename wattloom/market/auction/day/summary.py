"""A day by auction as a table for the terminal, as JSON, and as a page that needs no other file."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from rich.table import Table
from rich.text import Text

from wattloom.market.auction.day.figures import auction_figures
from wattloom.market.auction.day.result import AuctionDay, HomeAuctionDay
from wattloom.market.coordination.rationality import saving_percent

_pages = Environment(loader=PackageLoader("wattloom.market.auction.day"), autoescape=True, trim_blocks=True)


def as_table(day: AuctionDay) -> Table:
    """Return the table home, cost alone, cost with the auction, saving."""
    table = Table(title=Text(f"{day.community}, {len(day.homes)} homes, {day.grid.size} slots"))
    table.add_column("home")
    for column in ("alone $", "with the auction $", "saving $", "saving %"):
        table.add_column(column, justify="right")
    for home in day.homes:
        table.add_row(Text(home.home), *_money_cells(home.cost_alone, home.cost_with_auction))
    table.add_section()
    table.add_row("all", *_money_cells(day.cost_alone, day.cost_with_auction))
    return table


def as_json(day: AuctionDay) -> dict[str, Any]:
    """Return the day's figures: money in $, what was billed also exactly, in 1e-9 $ as strings; Wh."""
    return {
        "community": day.community,
        "synthetic": day.synthetic,
        "strategy": day.strategy,
        "pricing": day.pricing,
        "slots": day.grid.size,
        "cost_alone": day.cost_alone,
        "cost_with_auction": day.cost_with_auction,
        "needed_wh": day.needed_wh,
        "surplus_wh": day.surplus_wh,
        "traded_wh": day.traded_wh,
        "requests": day.requests,
        "requested_wh": day.requested_wh,
        "requests_supplied_wh": day.supplied_wh,
        "grid_nano_per_wh": day.grid.tolist(),
        "feed_in_nano_per_wh": day.feed_in.tolist(),
        "price_nano_per_wh": day.price.tolist(),
        "volume_wh": day.volume_wh.tolist(),
        "homes": {home.home: _home(home) for home in day.homes},
        "engine": day.ledger.engine,
        "blocks": day.ledger.blocks,
        "transactions": day.ledger.transactions,
        "genesis_hash": day.ledger.genesis_hash,
        "state_root": day.ledger.state_root,
        "checks": {check.name: check.holds for check in day.checks},
        "seconds": day.seconds,
    }


def write_page(day: AuctionDay, path: Path) -> None:
    """Write the page."""
    figures = {name: Markup(svg) for name, svg in auction_figures(day).items()}  # noqa: S704 - drawn by us
    template = _pages.get_template("auction.html")
    text = template.render(day=day, figures=figures, saving_percent=saving_percent)
    path.write_text(text, encoding="utf-8")


def _home(home: HomeAuctionDay) -> dict[str, Any]:
    return {
        "alone": home.cost_alone,
        "with_auction": home.cost_with_auction,
        "neighbours_nano": str(home.neighbours_nano),
        "grid_nano": str(home.grid_nano),
        "deviation_nano": str(home.deviation_nano),
        "neighbours_wh": home.neighbours_wh.tolist(),
        "missed": list(home.missed),
    }


def _money_cells(alone: float, trading: float) -> tuple[str, str, str, str]:
    saved = saving_percent(alone, trading)
    return f"{alone:.2f}", f"{trading:.2f}", f"{alone - trading:.2f}", f"{saved:.1f}"
