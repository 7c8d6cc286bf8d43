"""The plots of a market day, as SVG that a page can hold without any outside host."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from wattloom.market.day.result import Array, DayResult
from wattloom.market.report.style import ALONE, INK, SUN, TRADING, drawn, label


def day_figures(day: DayResult) -> dict[str, str]:
    """Return the SVG of each plot by its name: convergence, trades, grid draw, costs."""
    return {
        "convergence": drawn(_convergence, day),
        "trades": drawn(_trades, day),
        "grid": drawn(_grid, day),
        "costs": drawn(_costs, day),
    }


def _convergence(axes: Axes, day: DayResult) -> None:
    iterations = [each.iteration for each in day.residuals]
    axes.semilogy(
        iterations, [max(each.primal, 1e-12) for each in day.residuals], color=TRADING, label="primal, kWh"
    )
    axes.semilogy(iterations, [max(each.dual, 1e-12) for each in day.residuals], color=SUN, label="dual, $")
    axes.axhline(1e-6, color=INK, linewidth=0.8, linestyle=":")
    axes.set(xlabel="iteration", ylabel="residual")
    axes.legend(frameon=False)


def _trades(axes: Axes, day: DayResult) -> None:
    hours = _hours(day)
    trades = np.array([home.trade_wh for home in day.homes], dtype=np.float64) / 1000
    bought, sold = np.zeros(len(hours)), np.zeros(len(hours))
    colours = [f"C{index % 10}" for index in range(len(day.homes))]
    width = day.slot_s / 3600 * 0.85
    for home, row, colour in zip(day.homes, trades, colours, strict=True):
        up, down = np.maximum(row, 0), np.minimum(row, 0)
        axes.bar(hours, up, width, bottom=bought, color=colour, label=label(home.home))
        axes.bar(hours, down, width, bottom=sold, color=colour)
        bought, sold = bought + up, sold + down
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(xlabel="hour", ylabel="bought (+) and sold (-), kWh")
    price = axes.twinx()
    price.step(hours, day.price, where="mid", color=INK, linewidth=1.2)
    price.set_ylabel("clearing price, $/kWh")
    price.spines[["top"]].set_visible(False)
    axes.legend(frameon=False, fontsize=6, ncols=5, loc="upper left", bbox_to_anchor=(0, -0.14))


def _grid(axes: Axes, day: DayResult) -> None:
    homes = [(home.grid_alone, home.grid_trading) for home in day.homes]
    plot_grid(axes, _hours(day), homes, way="with trading")


def _costs(axes: Axes, day: DayResult) -> None:
    homes = [(home.home, home.cost_alone, home.cost_with_trading) for home in day.homes]
    plot_costs(axes, homes, way="with trading")


def _hours(day: DayResult) -> Array:
    return middles(len(day.price), day.slot_s)


def middles(slots: int, slot_s: int) -> Array:
    """Return the middle of each slot (T,), hours since the first began."""
    return (np.arange(slots) + 0.5) * slot_s / 3600


def plot_grid(axes: Axes, hours: Array, homes: Sequence[tuple[Array, Array]], *, way: str) -> None:
    """Draw what all homes draw from the grid: each home's (T,), kWh, alone and by a way of trading."""
    alone, trading = np.sum(homes, axis=0)
    axes.step(hours, alone, where="mid", color=ALONE, label="every home alone")
    axes.step(hours, trading, where="mid", color=TRADING, label=way)
    axes.set(xlabel="hour", ylabel="drawn from the grid, kWh per slot", ylim=(0, None))
    axes.legend(frameon=False)


def plot_costs(axes: Axes, homes: Sequence[tuple[str, float, float]], *, way: str) -> None:
    """Draw every home's cost alone and by a way of trading, $."""
    names, alone, trading = zip(*homes, strict=True)
    at = np.arange(len(names))
    axes.bar(at - 0.2, alone, 0.4, color=ALONE, label="alone")
    axes.bar(at + 0.2, trading, 0.4, color=TRADING, label=way)
    axes.set_xticks(at, [label(name) for name in names], rotation=30, ha="right", fontsize=7)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_ylabel("cost of the day, \\$")
    axes.legend(frameon=False)
