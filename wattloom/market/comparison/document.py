"""A comparison as one table, one picture, and JSON."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table
from rich.text import Text

from wattloom.market.comparison.measure import Comparison, Way
from wattloom.market.report.standalone import render, write
from wattloom.market.report.style import ALONE, SUN, TRADING, as_png, label, plain

PAGE, PICTURE = "comparison.html", "comparison.png"
COLOURS = (ALONE, SUN, TRADING)
MOST_NAMED = 20
"""More homes than that are drawn without their names."""


def as_table(found: Comparison) -> Table:
    """Return everybody's cost, and the community's figures, under every way."""
    table = Table(title=Text(found.community))
    table.add_column("")
    for way in found.ways:
        table.add_column(way.name, justify="right")
    for rows in zip(*(way.gains.homes for way in found.ways), strict=True):
        table.add_row(Text(f"{rows[0].home}, $"), *(f"{gain.total:.2f}" for gain in rows))
    table.add_section()
    for name, cells in summary(found):
        table.add_row(name, *cells)
    return table


def summary(found: Comparison) -> list[tuple[str, list[str]]]:
    """Return the community's figures by name, one cell for each way."""
    rows = {
        "all homes, $": [f"{way.gains.total:.2f}" for way in found.ways],
        "saving, %": [f"{_saving_percent(way):.1f}" for way in found.ways],
        "homes that lose": [str(way.gains.losers) for way in found.ways],
        "self-sufficiency, %": [f"{100 * way.self_sufficiency:.1f}" for way in found.ways],
        "peak of all, kW": [f"{way.peak_kw(found.slot_s):.2f}" for way in found.ways],
        "from the grid, kWh": [f"{sum(way.grid_kwh):.1f}" for way in found.ways],
        "from neighbours, kWh": [f"{way.traded_kwh:.1f}" for way in found.ways],
        "found in": [way.effort for way in found.ways],
    }
    return list(rows.items())


def write_comparison(found: Comparison, folder: Path) -> Path:
    """Write page, numbers and picture into a folder; return the page's path."""
    numbers, pictures = _numbers(found), {PICTURE: as_png(_figure(found))}
    text = render(
        __package__, PAGE, found=numbers, summary=summary(found), picture=PICTURE, pictures=pictures
    )
    return write(folder / PAGE, text, numbers=numbers, pictures=pictures)


def _numbers(found: Comparison) -> dict[str, Any]:
    ways = [
        {
            **msgspec.to_builtins(way),
            "self_sufficiency": way.self_sufficiency,
            "peak_kw": way.peak_kw(found.slot_s),
            "saving_percent": _saving_percent(way),
        }
        for way in found.ways
    ]
    return {**msgspec.to_builtins(found), "ways": ways}


def _saving_percent(way: Way) -> float:
    """Return what all save of the size of their cost alone, percent; nothing where that costs nothing."""
    size = abs(way.gains.alone)
    return 100 * (way.gains.alone - way.gains.total) / size if size else 0.0


def _figure(found: Comparison) -> Figure:
    figure = Figure(figsize=(11.0, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    _costs(plain(left), found)
    _draw(plain(right), found)
    right.legend(frameon=False)
    return figure


def _costs(axes: Axes, found: Comparison) -> None:
    homes = [gain.home for gain in found.ways[0].gains.homes]
    width = 0.8 / len(found.ways)
    for number, (way, colour) in enumerate(zip(found.ways, COLOURS, strict=True)):
        at = np.arange(len(homes)) + (number - 1) * width
        axes.bar(at, [gain.total for gain in way.gains.homes], width, color=colour)
    named = homes if len(homes) <= MOST_NAMED else []
    axes.set_xticks(range(len(named)), [label(home) for home in named], rotation=30, ha="right", fontsize=7)
    axes.set(ylabel="cost of the day, $")


def _draw(axes: Axes, found: Comparison) -> None:
    hours = found.slot_s / 3600
    for way, colour in zip(found.ways, COLOURS, strict=True):
        power_kw = np.array(way.grid_kwh) / hours
        at = (np.arange(power_kw.size) + 0.5) * hours
        axes.step(at, power_kw, where="mid", color=colour, label=way.name)
    axes.set(xlabel="hour", ylabel="all homes from the grid, kW", ylim=(0, None))
