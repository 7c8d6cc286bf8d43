"""What the grid charges and pays: a time-of-use tariff of New South Wales, and the paper's feed-in price.

The paper's table of prices cannot be read any more; its text says "about 10 cents" for feeding in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from wattloom.market.auction.simulation.profiles import HOURS, LOCAL_S, Ints
from wattloom.market.data.errors import DataError
from wattloom.market.data.folder import SUFFIXES
from wattloom.market.data.table import Row, open_table

TARIFF_ID = "EASO_TOU"
"""The tariff that is looked for in `tariffs`: EnergyAustralia's standing offer with times of use."""

COLUMNS = frozenset({"tariff_id", "direction", "rate", "unit", "start", "end", "days"})
NANO_PER_CENT = 10_000
"""One cent per kWh in nano per Wh."""

FEED_IN = 10 * NANO_PER_CENT
PEAK, SHOULDER, OFF_PEAK = 525_000, 213_000, 131_000
"""nano per Wh; assumed where no tariff is given: the order of the regulated prices of 2012."""

KINDS = {"weekday": (0,), "weekend": (1,), "all": (0, 1)}


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Grid prices, nano per Wh: (2, 24), of weekdays and weekends by local hour; one for feeding in."""

    grid: Ints
    feed_in: int
    source: str

    def at(self, start_s: int) -> int:
        """Return the grid's price in the hour of a time, Unix seconds."""
        local = datetime.fromtimestamp(start_s + LOCAL_S, tz=UTC)
        return int(self.grid[int(local.weekday() >= 5), local.hour])


def prices(folder: Path | None) -> Prices:
    """Return the prices that a folder's `tariffs` states, else assumed ones; raise `DataError`."""
    files = [] if folder is None else [folder / f"tariffs{suffix}" for suffix in SUFFIXES]
    found = next((file for file in files if file.is_file()), None)
    return _assumed() if found is None else _read(found)


def _assumed() -> Prices:
    grid = np.full((2, HOURS), SHOULDER, dtype=np.int64)
    grid[0, 14:20] = PEAK
    grid[:, :7] = grid[:, 22:] = OFF_PEAK
    return Prices(grid, FEED_IN, "assumed: 52.5 c/kWh at peak, 21.3 at the shoulder, 13.1 off peak")


def _read(file: Path) -> Prices:
    grid = np.full((2, HOURS), -1, dtype=np.int64)
    for row in open_table(file, [COLUMNS]).rows:
        if row.text("tariff_id") == TARIFF_ID and row.text("direction") == "import":
            _lay(grid, row)
    if (grid < 0).any():
        problem = f"prices no whole week of {TARIFF_ID}"
        remedy = "give it rows for every hour of weekdays and weekends"
        raise DataError(file=file, problem=problem, remedy=remedy)
    if (grid < FEED_IN).any():
        remedy = "neighbours have nothing to agree on where the grid pays more than it charges"
        raise DataError(file=file, problem=f"{TARIFF_ID} has prices below the feed-in price", remedy=remedy)
    return Prices(grid, FEED_IN, f"{TARIFF_ID} of {file.name}")


def _lay(grid: Ints, row: Row) -> None:
    """Write one row's price over its hours; a window may pass midnight."""
    if row.text("unit") != "AUc/kWh":
        raise row.fail("unit", f"is {row.text('unit')!r}", "state AUc/kWh")
    if row.text("days") not in KINDS:
        raise row.fail("days", f"is {row.text('days')!r}", f"use one of {', '.join(KINDS)}")
    cents = row.number("rate", low=0.0, high=1000.0, remedy="state cents per kWh")
    first, end = _hour(row, "start"), _hour(row, "end")
    hours = [hour % HOURS for hour in range(first, end if end > first else end + HOURS)]
    for kind in KINDS[row.text("days")]:
        grid[kind, hours] = round(cents * NANO_PER_CENT)


def _hour(row: Row, column: str) -> int:
    hour, _, minutes = row.text(column).partition(":")
    if not hour.isdecimal() or minutes != "00" or int(hour) > HOURS:
        raise row.fail(column, f"is {row.text(column)!r}", "use whole hours, such as 14:00")
    return int(hour)
