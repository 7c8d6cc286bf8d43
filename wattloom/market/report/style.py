"""How every plot of ours looks, and how it gets into a page or a file."""

import io
from collections.abc import Callable
from typing import TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure

Subject = TypeVar("Subject")

INK, ALONE, TRADING, SUN = "#1f2933", "#9aa5b1", "#0b7285", "#e8a317"


def plain(axes: Axes) -> Axes:
    """Leave of the axes' decoration what a reader needs; return them."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    return axes


def label(name: str) -> str:
    """Return a name as a text of its own: to matplotlib dollars enclose a formula, and `_` hides a label."""
    text = name.replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def drawn(plot: Callable[[Axes, Subject], None], subject: Subject) -> str:
    """Return one plot of something as an element that a page can hold."""
    figure = Figure(figsize=(7.2, 3.6), layout="constrained")
    plot(plain(figure.subplots()), subject)
    return as_svg(figure)


def as_svg(figure: Figure) -> str:
    """Return a figure as an element that a page can hold."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "Wattloom"})
    svg = out.getvalue()
    return svg[svg.index("<svg") :]


def as_png(figure: Figure) -> bytes:
    """Return a figure as the bytes of a file."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110, metadata={"Software": "Wattloom"})
    return out.getvalue()
