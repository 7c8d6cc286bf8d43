"""What was measured, as tables for the terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from wattloom.market.scale.measured import Measured


def measured_table(found: Sequence[Measured]) -> Table:
    """Return what each community took, one line each."""
    columns = ("homes", "by", "rounds", "exchanges", "s", "kB up", "masked", "kB down", "lost %", "MB")
    table = _table("Coordination in process", *columns)
    for each in found:
        table.add_row(
            str(each.homes),
            each.method,
            f"{each.rounds}" if each.converged else f"> {each.rounds}",
            str(each.exchanges),
            f"{each.seconds:.2f}",
            _kilobytes(each.bytes_up),
            "-" if each.bytes_up_masked is None else _kilobytes(each.bytes_up_masked),
            _kilobytes(each.bytes_down),
            f"{each.surplus_lost_percent:.2g}",
            f"{each.memory_mb:.0f}",
        )
    return table


def target_table(found: Sequence[Measured]) -> Table:
    """Return when each target was reached, and how long that took as a multiple of the central solve."""
    table = _table("Targets", "homes", "by", "target", "rounds", "exchanges", "s", "central s", "ratio")
    for each in found:
        for target in each.targets:
            table.add_row(
                str(each.homes),
                each.method,
                target.target,
                str(target.rounds),
                str(target.exchanges),
                f"{target.seconds:.2f}",
                f"{each.central.seconds:.2f}",
                f"{target.ratio:.2f}",
            )
    return table


def _kilobytes(count: int) -> str:
    return f"{count / 1000:,.1f}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), box=None, pad_edge=False, title_justify="left")
    for column in columns:
        words = column in ("by", "target")
        table.add_column(column, justify="left" if words else "right", no_wrap=True)
    return table
