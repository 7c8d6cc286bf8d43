"""The papers' figures by the number that each has in its paper, as panels drawn from what was found."""

from collections.abc import Iterator, Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wattloom.market.papers.reproduction.claims import Paper
from wattloom.market.papers.reproduction.findings import Findings
from wattloom.market.papers.reproduction.plots import Panel, convergence, costs, grid_of, of_all, trade_of
from wattloom.market.report.style import plain

PANELS: Mapping[str, Mapping[str, tuple[Panel, ...]]] = {
    "hvac-2020": {
        "figure-2": (
            of_all("(a) renewable supply used", "renewable"),
            of_all("(b) from the grid", "grid"),
            of_all("(c) HVAC", "hvac"),
        ),
        "figure-3": (convergence,),
        "figure-4": (
            of_all("(a) all users, bought (+), sold (-)", "trade"),
            trade_of("(b)", "seller"),
            trade_of("(c)", "buyer"),
        ),
        "figure-5": (grid_of("(a)", "seller"), grid_of("(b)", "buyer")),
        "figure-6": (costs,),
    },
    "vpp-2021": {"figure-5": (trade_of("(a)", "buyer"), trade_of("(b)", "seller"))},
    "der-2021": {
        "figure-3": (convergence,),
        "figure-4": (
            of_all("(a) from the grid", "grid"),
            of_all("(b) renewable supply used", "renewable"),
            of_all("(c) shiftable load", "shiftable"),
            of_all("(d) HVAC", "hvac"),
        ),
        "figure-5": (of_all("(a) fed in", "fed_in"), of_all("(b) demand response", "reduced")),
        "figure-6": (trade_of("(a)", "seller"), trade_of("(b)", "buyer")),
    },
}
"""Model and figure to panels; `claims.yaml` says what each figure shows."""

COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2}
"""Panels to panels beside each other."""

PANEL_INCHES = (5.2, 3.1)


def draw(paper: Paper, found: Findings) -> Iterator[tuple[str, Figure]]:
    """Yield every figure of the paper with its key."""
    for key, panels in PANELS[found.model].items():
        yield key, _figure(panels, paper, found)


def _figure(panels: tuple[Panel, ...], paper: Paper, found: Findings) -> Figure:
    columns = COLUMNS[len(panels)]
    lines = len(panels) // columns
    wide = 1.5 if len(panels) == 1 else 1.0
    size = (PANEL_INCHES[0] * columns * wide, PANEL_INCHES[1] * lines * wide)
    figure = Figure(figsize=size, layout="constrained")
    for axes, panel in zip(_flat(figure, lines, columns), panels, strict=True):
        panel(plain(axes), paper, found)
    _name_homes(figure, found)
    return figure


def _name_homes(figure: Figure, found: Findings) -> None:
    """Say once, below all panels, which line is which home's."""
    first = figure.axes[0]
    if len(first.lines) == len(found.users) and first.get_legend() is None:
        handles, names = first.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=5, fontsize=8, frameon=False)


def _flat(figure: Figure, lines: int, columns: int) -> list[Axes]:
    return list(figure.subplots(lines, columns, squeeze=False).flat)
