"""The plots that the papers' figures are made of."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes

from wattloom.market.homes.checks import FloatArray
from wattloom.market.papers.reproduction.claims import Paper
from wattloom.market.papers.reproduction.findings import Findings, Row
from wattloom.market.papers.reproduction.gains import CLEARING
from wattloom.market.report.style import ALONE, INK, SUN, TRADING, label

Panel = Callable[[Axes, Paper, Findings], None]
Rows = Literal["renewable", "grid", "hvac", "trade", "fed_in", "shiftable", "reduced"]
Role = Literal["seller", "buyer"]

PLANNED = "#7048e8"

SMALLEST = 1e-9
"""kWh; an exact zero has no place on a logarithmic axis."""


def of_all(title: str, rows: Rows) -> Panel:
    """Return a panel with a line per home."""

    def panel(axes: Axes, _paper: Paper, found: Findings) -> None:
        for user, row in zip(found.users, getattr(found.series, rows), strict=True):
            _steps(axes, found, row, linewidth=0.9, label=label(user.home))
        axes.set(title=title, ylabel="kWh per slot")
        _in_hours(axes, found)

    return panel


def trade_of(title: str, role: Role) -> Panel:
    """Return a panel with the trades of the home that sells or buys most."""

    def panel(axes: Axes, _paper: Paper, found: Findings) -> None:
        home = getattr(found, role)
        row = np.array(found.series.trade[home])
        width = found.slot_s / 3600
        axes.bar(_hours(found), row, width, color=np.where(row < 0, SUN, TRADING))
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set(title=f"{title} {label(found.users[home].home)}, {role}")
        axes.set_ylabel("bought (+), sold (-), kWh")
        _in_hours(axes, found)

    return panel


def grid_of(title: str, role: Role) -> Panel:
    """Return a panel with what that home draws from the grid, alone and with trading."""

    def panel(axes: Axes, _paper: Paper, found: Findings) -> None:
        home, series = getattr(found, role), found.series
        _steps(axes, found, series.grid_alone[home], color=ALONE, label="alone")
        _steps(axes, found, series.grid[home], color=TRADING, label="with trading")
        axes.set(title=f"{title} {label(found.users[home].home)}, {role}", ylim=(0, None))
        axes.set_ylabel("from the grid, kWh per slot")
        _in_hours(axes, found)
        axes.legend(frameon=False)

    return panel


def convergence(axes: Axes, paper: Paper, found: Findings) -> None:
    """Plot the sessions' primal residual by iteration, and where the paper says that it stopped."""
    _line(axes, found.printed.primal_kwh, color=ALONE, label="as printed, on the ledger")
    _line(axes, found.ours.primal_kwh, color=TRADING, label="as we do it, on the ledger")
    planned = found.second_order.planned
    if planned is not None:
        _line(axes, planned.imbalance_kwh, color=PLANNED, label="second order, rounds off the ledger")
    if paper.iterations is not None:
        axes.axvline(paper.iterations, color=SUN, linewidth=1, linestyle="--", label="the paper's count")
    if paper.words.threshold is not None:
        axes.axhline(float(paper.words.threshold), color=INK, linewidth=0.8, linestyle=":")
    axes.set(xlabel="iteration or round", ylabel="primal residual, kWh")
    axes.legend(frameon=False)


def costs(axes: Axes, _paper: Paper, found: Findings) -> None:
    """Plot each home's cost alone and with trading, with the change in percent above."""
    clearing = found.gains.way(CLEARING).homes
    at = np.arange(len(clearing))
    axes.bar(at - 0.2, [gain.alone for gain in clearing], 0.4, color=SUN, label="alone")
    bars = axes.bar(at + 0.2, [gain.total for gain in clearing], 0.4, color=TRADING, label="with trading")
    axes.bar_label(bars, [f"{-gain.saving_percent:+.0f} %" for gain in clearing], fontsize=8, padding=2)
    axes.set_xticks(at, [label(gain.home) for gain in clearing], rotation=30, ha="right", fontsize=8)
    axes.set(title=f"total {-found.ours.saving_percent:+.1f} %", ylabel="cost, $")
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.legend(frameon=False)


def _line(axes: Axes, residuals: Row, *, color: str, label: str) -> None:
    axes.semilogy(range(1, len(residuals) + 1), np.maximum(residuals, SMALLEST), color=color, label=label)


def _steps(axes: Axes, found: Findings, row: Row, **look: Any) -> None:  # noqa: ANN401 - what matplotlib takes
    axes.step(_hours(found), row, where="mid", **look)


def _in_hours(axes: Axes, found: Findings) -> None:
    """Mark the hours of the horizon: midnights, or every fourth hour of a day."""
    hours = found.slots * found.slot_s // 3600
    axes.set_xticks(range(0, hours + 1, 24 if hours > 24 else 4))
    axes.set_xlabel("hour")


def _hours(found: Findings) -> FloatArray:
    return np.asarray((np.arange(found.slots) + 0.5) * found.slot_s / 3600)
