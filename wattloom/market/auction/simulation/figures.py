"""The paper's figures 3 to 10, drawn from what a study found."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wattloom.market.auction.simulation.claims import claims
from wattloom.market.auction.simulation.run import Costs, Outcome
from wattloom.market.auction.simulation.study import Study
from wattloom.market.report.style import ALONE, INK, SUN, TRADING, plain

HOURS = np.arange(24) + 0.5
COLOURS = {"consumers": TRADING, "generators": SUN, "everybody": INK}
INCHES = (7.2, 4.0)

Plot = Callable[[Axes, Study], None]


def draw(found: Study) -> dict[str, Figure]:
    """Return every figure whose runs the study has, by the paper's number."""
    wanted = {key: plot for key, plot in FIGURES.items() if len(_runs_of(key, found)) or key in ALWAYS}
    return {key: _figure(plot, found) for key, plot in wanted.items()}


def _figure(plot: Plot, found: Study) -> Figure:
    figure = Figure(figsize=INCHES, layout="constrained")
    plot(plain(figure.subplots()), found)
    return figure


def _generation(axes: Axes, found: Study) -> None:
    _days(axes, found.pv_wh, "generated, kW")


def _load(axes: Axes, found: Study) -> None:
    _days(axes, found.load_wh, "used, kW")


def _default(axes: Axes, found: Study) -> None:
    users = found.base.setup.users
    _line(axes, np.array(found.base.need_wh) * users, color=TRADING, label="users need")
    _line(axes, np.array(found.base.grid_wh) * users, color=ALONE, label="the grid supplies")
    _in_hours(axes, "all users, kW")
    axes.legend(frameon=False)


def _need_by_users(axes: Axes, found: Study) -> None:
    _swept(axes, [(f"{each.setup.users} users", each.need_wh) for each in found.by_users], "a user needs, kW")


def _grid_by_users(axes: Axes, found: Study) -> None:
    rows = [(f"{each.setup.users} users", each.grid_wh) for each in found.by_users]
    _swept(axes, rows, "the grid supplies a user, kW")


def _need_by_share(axes: Axes, found: Study) -> None:
    _swept(axes, [(_share(each), each.need_wh) for each in found.by_share], "a user needs, kW")


def _grid_by_share(axes: Axes, found: Study) -> None:
    _swept(axes, [(_share(each), each.grid_wh) for each in found.by_share], "the grid supplies a user, kW")


def _costs(axes: Axes, found: Study) -> None:
    _cost(axes, found, lambda each: each.consumers, "market", color=COLOURS["consumers"], label="consumers")
    _cost(
        axes,
        found,
        lambda each: each.generators,
        "market",
        color=COLOURS["generators"],
        label="generating users",
    )
    _cost(axes, found, lambda each: each.everybody, "market", color=COLOURS["everybody"], label="all users")
    _cost(axes, found, lambda each: each.consumers, "original", color=ALONE, label="consumers, grid alone")
    _cost(
        axes,
        found,
        lambda each: each.generators,
        "traditional",
        color=SUN,
        linestyle="--",
        label="generating users, grid alone",
    )
    _reported(axes, found)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(xlabel="users who generate, %", ylabel="cost of a user, $ a day")
    axes.legend(frameon=False, fontsize=8)


FIGURES: Mapping[str, Plot] = {
    "figure-3": _generation,
    "figure-4": _load,
    "figure-5": _default,
    "figure-6": _need_by_users,
    "figure-7": _grid_by_users,
    "figure-8": _need_by_share,
    "figure-9": _grid_by_share,
    "figure-10": _costs,
}
ALWAYS = ("figure-3", "figure-4", "figure-5")
"""Figures that need no sweep."""


def _runs_of(key: str, found: Study) -> Sequence[Outcome]:
    return found.by_users if key in ("figure-6", "figure-7") else found.by_share


def _cost(
    axes: Axes,
    found: Study,
    of: Callable[[Outcome], Costs],
    field: str,
    *,
    linestyle: str = "-",
    color: str,
    label: str,
) -> None:
    rows = [(100 * each.setup.share, getattr(of(each), field)) for each in found.by_share if of(each).users]
    if rows:
        shares, dollars = zip(*sorted(rows), strict=True)
        axes.plot(shares, dollars, marker=".", linestyle=linestyle, color=color, label=label)


def _reported(axes: Axes, found: Study) -> None:
    """Mark the costs that the paper reports, as parts of our users' original ones."""
    marks = [
        (100 * each.share, each.percent / 100 * getattr(at, each.who).original, COLOURS[each.who])
        for each in claims().reported
        if each.percent is not None and (at := found.at_share(each.share)) is not None
    ]
    if marks:
        shares, dollars, colours = zip(*marks, strict=True)
        axes.scatter(shares, dollars, c=colours, marker="x", zorder=3, label="the paper's percentages")


def _swept(axes: Axes, rows: Sequence[tuple[str, Sequence[float]]], what: str) -> None:
    colours = colormaps["viridis"](np.linspace(0, 0.9, len(rows)))
    for (name, row), colour in zip(rows, colours, strict=True):
        _line(axes, np.array(row), color=colour, label=name)
    _in_hours(axes, what)
    axes.legend(frameon=False, fontsize=8, ncols=2)


def _days(axes: Axes, rows: Sequence[Sequence[int]], what: str) -> None:
    for number, row in enumerate(rows, start=1):
        axes.plot(HOURS, np.array(row) / 1000, linewidth=1.0, label=str(number))
    _in_hours(axes, what)
    axes.legend(frameon=False, fontsize=7, ncols=3, title="type")


def _line(
    axes: Axes, row_wh: "np.ndarray[tuple[int], np.dtype[np.float64]]", *, color: object, label: str
) -> None:
    axes.plot(HOURS, row_wh / 1000, color=color, label=label, linewidth=1.4)


def _in_hours(axes: Axes, what: str) -> None:
    axes.set(xlabel="hour of the day", ylabel=what, xlim=(0, 24), ylim=(0, None))
    axes.set_xticks(range(0, 25, 4))


def _share(each: Outcome) -> str:
    return f"{100 * each.setup.share:.0f} %"
