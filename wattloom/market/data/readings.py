"""What every format is read into: single readings of homes and of the weather."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, NamedTuple, TypeVar

from wattloom.market.data.clock import Stamp
from wattloom.market.data.table import Row, Table

Channel = Literal["load", "controlled_load", "pv"]

HOME_KW = 25.0
"""More than a home draws or generates on average in any slot; a larger reading is in the wrong unit."""


class HomeReading(NamedTuple):
    """Energy of one channel of one home in one slot: kWh from `start_s`, on `day` of the file's clock."""

    row: Row
    column: str
    home_id: str
    channel: Channel
    day: date
    start_s: int
    energy_kwh: float
    pv_capacity_kw: float | None


class WeatherReading(NamedTuple):
    """Weather in one slot: mean temperature, and a turbine's output as a share of its rating if known."""

    row: Row
    start_s: int
    temp_c: float
    wind_pu: float | None


@dataclass(slots=True)
class Days:
    """The days that are wanted of a file: `count` of them from `first` on (None: the first that is met).

    With `gaps` blank cells of wide layouts are passed over, without they are refused.
    """

    first: date | None = None
    count: int = 1
    gaps: bool = False

    def include(self, day: date) -> bool:
        """Tell whether this day is wanted."""
        self.first = self.first or day
        return 0 <= (day - self.first).days < self.count


ReadingT = TypeVar("ReadingT", HomeReading, WeatherReading)


@dataclass(frozen=True, slots=True)
class Format(Generic[ReadingT]):
    """A documented file layout, known by the columns that its header must have.

    `readings` may leave out rows of days that are not wanted.
    """

    name: str
    columns: frozenset[str]
    readings: Callable[[Table, Days], Iterator[ReadingT]]


def energy(row: Row, column: str) -> float:
    """Return a cell as kWh per slot."""
    remedy = "energy is kWh per slot and never negative: convert from Wh, kW or a net flow"
    return row.number(column, low=0.0, high=HOME_KW, remedy=remedy)


def load_and_pv(
    row: Row, home_id: str, stamp: Stamp, capacity_kw: float | None, *, load: str, pv: str
) -> Iterator[HomeReading]:
    """Yield a row's two readings, from its columns `load` and `pv`."""
    yield HomeReading(row, load, home_id, "load", stamp.day, stamp.at_s, energy(row, load), capacity_kw)
    yield HomeReading(row, pv, home_id, "pv", stamp.day, stamp.at_s, energy(row, pv), capacity_kw)


def capacity(row: Row, column: str) -> float:
    """Return a cell as the rated power of a photovoltaic system, kW."""
    return row.number(column, low=0.0, high=100.0, remedy="rated power is kW: convert from W")


def temperature(row: Row, column: str) -> float:
    """Return a cell as degrees Celsius."""
    return row.number(
        column, low=-60.0, high=60.0, remedy="temperature is degrees Celsius: convert from K or F"
    )


def wind_share(row: Row, column: str) -> float:
    """Return a cell as a turbine's output over its rating."""
    return row.number(
        column, low=0.0, high=1.0, remedy="wind is the share of rated power, not a speed in m/s"
    )
