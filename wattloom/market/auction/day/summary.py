"""A day by auction as a table for the terminal, as JSON, and as a page that needs no other file."""

from pathlib import Path
from typing import Any

from rich.table import Table

from wattloom.market.auction.day.figures import auction_figures
from wattloom.market.auction.day.result import AuctionDay, HomeAuctionDay
from wattloom.market.report.standalone import render
from wattloom.market.report.summary import cost_table, ledger_json, saved_percent


def as_table(day: AuctionDay) -> Table:
    """Return the table home, cost alone, cost with the auction, saving."""
    homes = ((home.home, home.cost_alone, home.cost_with_auction) for home in day.homes)
    title = f"{day.community}, {len(day.homes)} homes, {day.grid.size} slots"
    return cost_table(title, "with the auction", homes, (day.cost_alone, day.cost_with_auction))


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
        **ledger_json(day.ledger, day.checks),
        "seconds": day.seconds,
    }


def write_page(day: AuctionDay, path: Path) -> None:
    """Write the page."""
    figures = auction_figures(day)
    text = render(__package__, "auction.html", day=day, figures=figures, saved_percent=saved_percent)
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
