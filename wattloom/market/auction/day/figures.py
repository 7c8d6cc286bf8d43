"""The plots of a day by auction, as SVG that a page can hold without any outside host."""

import numpy as np
from matplotlib.axes import Axes

from wattloom.market.auction.day.result import AuctionDay
from wattloom.market.day.result import Array
from wattloom.market.report.figures import middles, plot_costs, plot_grid
from wattloom.market.report.style import ALONE, SUN, TRADING, drawn
from wattloom.market.transactive.units import WH_PER_KWH

NANO_PER_WH = 1e6
"""Nano per Wh in one $/kWh."""


def auction_figures(day: AuctionDay) -> dict[str, str]:
    """Return the SVG of each plot by its name: prices, trades, grid draw, costs."""
    return {
        "prices": drawn(_prices, day),
        "trades": drawn(_trades, day),
        "grid": drawn(_grid, day),
        "costs": drawn(_costs, day),
    }


def _prices(axes: Axes, day: AuctionDay) -> None:
    hours, traded = _hours(day), day.volume_wh > 0
    axes.step(hours, day.grid / NANO_PER_WH, where="mid", color=ALONE, label="from the grid")
    axes.step(hours, day.feed_in / NANO_PER_WH, where="mid", color=SUN, label="for feeding in")
    axes.plot(hours[traded], day.price[traded] / NANO_PER_WH, "o", color=TRADING, label="neighbours, mean")
    axes.set(xlabel="hour", ylabel="price, \\$/kWh", ylim=(0, None))
    axes.legend(frameon=False)


def _trades(axes: Axes, day: AuctionDay) -> None:
    hours, width = _hours(day), day.slot_s / 3600 * 0.4
    expected = np.sum([np.maximum(home.expected_wh, 0) for home in day.homes], axis=0) / WH_PER_KWH
    surplus = np.sum([np.maximum(-home.expected_wh, 0) for home in day.homes], axis=0) / WH_PER_KWH
    traded = np.sum([np.maximum(home.neighbours_wh, 0) for home in day.homes], axis=0) / WH_PER_KWH
    axes.step(hours, expected, where="mid", color=ALONE, label="needed")
    axes.step(hours, surplus, where="mid", color=SUN, label="left over")
    axes.bar(hours, traded, 2 * width, color=TRADING, label="traded between neighbours")
    axes.set(xlabel="hour", ylabel="kWh per slot", ylim=(0, None))
    axes.legend(frameon=False)


def _grid(axes: Axes, day: AuctionDay) -> None:
    homes = [(home.grid_alone, home.grid_trading) for home in day.homes]
    plot_grid(axes, _hours(day), homes, way="with the auction")


def _costs(axes: Axes, day: AuctionDay) -> None:
    homes = [(home.home, home.cost_alone, home.cost_with_auction) for home in day.homes]
    plot_costs(axes, homes, way="with the auction")


def _hours(day: AuctionDay) -> Array:
    return middles(day.grid.size, day.slot_s)
