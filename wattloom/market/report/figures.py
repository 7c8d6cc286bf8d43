"""The plots of a market day, as SVG that a page can hold without any outside host."""

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
    hours = _hours(day)
    axes.step(hours, _total(day, "alone"), where="mid", color=ALONE, label="every home alone")
    axes.step(hours, _total(day, "trading"), where="mid", color=TRADING, label="with trading")
    axes.set(xlabel="hour", ylabel="drawn from the grid, kWh per slot", ylim=(0, None))
    axes.legend(frameon=False)


def _costs(axes: Axes, day: DayResult) -> None:
    at = np.arange(len(day.homes))
    axes.bar(at - 0.2, [home.cost_alone for home in day.homes], 0.4, color=ALONE, label="alone")
    axes.bar(
        at + 0.2, [home.cost_with_trading for home in day.homes], 0.4, color=TRADING, label="with trading"
    )
    axes.set_xticks(at, [label(home.home) for home in day.homes], rotation=30, ha="right", fontsize=7)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_ylabel("cost of the day, $")
    axes.legend(frameon=False)


def _hours(day: DayResult) -> Array:
    slots = len(day.price)
    return (np.arange(slots) + 0.5) * day.slot_s / 3600


def _total(day: DayResult, which: str) -> Array:
    rows = [home.grid_alone if which == "alone" else home.grid_trading for home in day.homes]
    return np.asarray(np.sum(rows, axis=0), dtype=np.float64)
