"""Individual rationality: what each home would pay under every way of settling, beside what it pays alone.

A way of settling is an operating cost and a bill per home; another market's result is one more `Settled`.
Under `clearing` no home pays more than alone (no trade at all is among its choices at the clearing price),
under `bargaining` all save the same, under `fixed` some may lose: the fixed price cancels in the community's
cost, so it moves money and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
from rich.table import Table
from rich.text import Text

from wattloom.market.homes.checks import FloatArray

SMALLEST_COST = 1e-9
"""$; below that a cost is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Everybody's operating cost and bill under one way of settling, (N,), $; a positive bill is paid."""

    operating: FloatArray
    bills: FloatArray


class HomeGain(msgspec.Struct, frozen=True, kw_only=True):
    """One home under one way of settling, $; it loses where it pays more than alone and what is allowed."""

    home: str
    alone: float
    operating: float
    bill: float
    total: float
    saving: float
    saving_percent: float
    loses: bool


class WayGain(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody under one way of settling: who gains, how many lose, and what the bills leave over, $."""

    way: str
    homes: list[HomeGain]
    alone: float
    total: float
    losers: int
    least_saving: float
    imbalance: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every way of settling, in the order given."""

    ways: list[WayGain]

    def way(self, name: str) -> WayGain:
        """Return one way of settling by its name."""
        return next(way for way in self.ways if way.way == name)


def settle_fixed(operating: FloatArray, trade_kwh: FloatArray, price_per_kwh: npt.ArrayLike) -> Settled:
    """Return everybody's net trade (N, T) billed at a fixed price, one number or (T,), $/kWh."""
    prices = np.broadcast_to(np.asarray(price_per_kwh, dtype=np.float64), trade_kwh.shape[1:])
    return Settled(operating, trade_kwh @ prices)


def settle_clearing(operating: FloatArray, trade_kwh: FloatArray, mu_per_kwh: FloatArray) -> Settled:
    """Return everybody's net trade (N, T) billed at the dual price of each slot, (T,), $/kWh."""
    return Settled(operating, trade_kwh @ mu_per_kwh)


def settle_bargaining(operating: FloatArray, alone: FloatArray) -> Settled:
    """Return bills that leave everybody the same part of what all save together.

    The Nash bargaining solution where money can be moved; it needs everybody's stand-alone cost.
    """
    share = (alone.sum() - operating.sum()) / alone.size
    return Settled(operating, alone - share - operating)


def report(
    homes: Sequence[str],
    alone: FloatArray,
    ways: Mapping[str, Settled],
    *,
    allowed: npt.ArrayLike = 1e-6,
) -> Report:
    """Return what everybody gains by each way of settling.

    Parameters
    ----------
    homes : names, N
    alone : (N,), stand-alone costs, $
    allowed : $, one number or (N,): paying that much more than alone is not a loss, such as what rounding to
        whole watt-hours may cost
    """
    limits = np.broadcast_to(np.asarray(allowed, dtype=np.float64), alone.shape)
    return Report(ways=[_way(name, homes, alone, settled, limits) for name, settled in ways.items()])


def saving_percent(alone: float, total: float) -> float:
    """Return what is saved of the cost alone, percent of its size; nothing where that costs nothing."""
    return 100 * (alone - total) / abs(alone) if abs(alone) > SMALLEST_COST else 0.0


def as_table(found: Report) -> Table:
    """Return a table of everybody's total under every way of settling, losses marked."""
    table = Table(title="What each home would pay")
    table.add_column("home")
    for column in ("alone", *(way.way for way in found.ways)):
        table.add_column(f"{column} $", justify="right")
    for rows in zip(*(way.homes for way in found.ways), strict=True):
        table.add_row(Text(rows[0].home), f"{rows[0].alone:.2f}", *map(_cell, rows))
    table.add_section()
    first = found.ways[0]
    table.add_row("all", f"{first.alone:.2f}", *(f"{way.total:.2f}" for way in found.ways))
    table.add_row("losers", "", *(str(way.losers) for way in found.ways))
    return table


def _cell(gain: HomeGain) -> Text:
    return Text(f"{gain.total:.2f}", style="bold red" if gain.loses else "")


def _way(name: str, homes: Sequence[str], alone: FloatArray, settled: Settled, limits: FloatArray) -> WayGain:
    columns = (homes, alone, settled.operating, settled.bills, limits)
    gains = [_gain(*row) for row in zip(*columns, strict=True)]
    return WayGain(
        way=name,
        homes=gains,
        alone=sum(gain.alone for gain in gains),
        total=sum(gain.total for gain in gains),
        losers=sum(gain.loses for gain in gains),
        least_saving=min(gain.saving for gain in gains),
        imbalance=float(settled.bills.sum()),
    )


def _gain(home: str, alone: float, operating: float, bill: float, limit: float) -> HomeGain:
    total = operating + bill
    return HomeGain(
        home=home,
        alone=float(alone),
        operating=float(operating),
        bill=float(bill),
        total=float(total),
        saving=float(alone - total),
        saving_percent=float(saving_percent(alone, total)),
        loses=bool(total > alone + limit),
    )
