"""Read homes and weather of one day from files in any documented format, checked and complete."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from wattloom.market.data.errors import DataError, NotMeasured
from wattloom.market.data.formats import ausgrid, fontana, own, sgsc, week
from wattloom.market.data.readings import HOME_KW, Days, Format, HomeReading, ReadingT, WeatherReading
from wattloom.market.data.table import Table, open_table
from wattloom.market.homes.checks import FloatArray

HOME_FORMATS: tuple[Format[HomeReading], ...] = (
    week.HOMES,
    ausgrid.ORIGINAL,
    ausgrid.HOURLY,
    own.HOMES,
    sgsc.HOMES,
    fontana.HOMES,
)
WEATHER_FORMATS: tuple[Format[WeatherReading], ...] = (
    week.WEATHER,
    sgsc.WEATHER,
    own.WEATHER,
    fontana.WEATHER,
)

DAY_S = 24 * 3600
INTERVALS_S = (900, 1800, 3600)
PV_OVER_RATING = 1.3
"""Real systems exceed their rated power a little; more than this is a wrong unit or a wrong rating."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredHome:
    """One home's days: kWh per slot, (T,); `pv_kwh` is zero without generation, `pv_kw` its known rating."""

    home_id: str
    load_kwh: FloatArray
    pv_kwh: FloatArray
    pv_kw: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredDays:
    """The homes of one file on days of its clock; `slot_start_s` is the first slot, Unix seconds, UTC."""

    file: Path
    day: date
    days: int
    slots: int
    slot_s: int
    slot_start_s: int
    homes: tuple[MeasuredHome, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredWeather:
    """Weather of some slots, (T,) each; `wind_pu` is None when the file has no wind."""

    file: Path
    temp_c: FloatArray
    wind_pu: FloatArray | None


def read_homes(
    file: Path, *, day: date | None = None, days: int = 1, leave_out_gaps: bool = False
) -> MeasuredDays:
    """Read every home's load and generation on days from `day` on (None: the first in the file).

    With `leave_out_gaps` homes that lack a slot are left out, where otherwise the file is refused.

    Raises
    ------
    NotMeasured : the file has nothing of one of the days
    DataError : unknown format, gap, wrong unit or clock, duplicate or disordered rows, negative or no number
    """
    wanted = Days(day, days, gaps=leave_out_gaps)
    series: dict[tuple[str, str], list[HomeReading]] = defaultdict(list)
    for reading in _in_order(_readings(file, HOME_FORMATS, wanted)):
        if wanted.include(reading.day):
            series[reading.home_id, reading.channel].append(reading)
    first = _first_day(file, wanted, {reading.day for readings in series.values() for reading in readings})
    starts = sorted({reading.start_s for readings in series.values() for reading in readings})
    slot_s = _interval_s(file, first, days, starts)
    if leave_out_gaps:
        gappy = {home_id for (home_id, _), readings in series.items() if len(readings) < len(starts)}
        series = {key: readings for key, readings in series.items() if key[0] not in gappy}
    for readings in series.values():
        _check_complete(file, starts, readings)
        _check_power(readings, slot_s)
    ids = sorted({home_id for home_id, _ in series})
    homes = tuple(_home(home_id, series, len(starts)) for home_id in ids)
    return MeasuredDays(file, first, days, len(starts), slot_s, starts[0], homes)


def read_weather(file: Path, *, slot_start_s: int, slots: int, slot_s: int) -> MeasuredWeather:
    """Read the weather of `slots` slots from `slot_start_s`, averaging a finer file over each slot.

    Raises
    ------
    NotMeasured : the file has nothing of these slots
    DataError : as `read_homes`; also when the file does not cover all of the slots
    """
    end_s = slot_start_s + slots * slot_s
    found = [
        r for r in _in_order(_readings(file, WEATHER_FORMATS, Days())) if slot_start_s <= r.start_s < end_s
    ]
    if not found:
        problem = f"has nothing from {_utc(slot_start_s)} to {_utc(end_s)}"
        raise NotMeasured(file=file, problem=problem, remedy="choose days that the file covers")
    by_start = {reading.start_s: reading for reading in found}
    step_s = min(np.diff([*by_start, end_s]), default=slot_s)
    wanted = range(slot_start_s, end_s, step_s if step_s in INTERVALS_S and slot_s % step_s == 0 else slot_s)
    missing = next((start_s for start_s in wanted if start_s not in by_start), None)
    if missing is not None or len(by_start) > len(wanted):
        problem = f"lacks the slot at {_utc(missing)}" if missing else "has slots off the homes' grid"
        remedy = f"give every slot from {_utc(slot_start_s)} to {_utc(end_s)}, at most {slot_s} s apart"
        raise DataError(file=file, problem=problem, remedy=remedy)
    temp_c = np.array([by_start[start_s].temp_c for start_s in wanted])
    wind = [by_start[start_s].wind_pu for start_s in wanted]
    wind_pu = None if wind[0] is None else np.array(wind, dtype=np.float64).reshape(slots, -1).mean(axis=1)
    return MeasuredWeather(file=file, temp_c=temp_c.reshape(slots, -1).mean(axis=1), wind_pu=wind_pu)


def _readings(file: Path, formats: Sequence[Format[ReadingT]], days: Days) -> Iterator[ReadingT]:
    """Yield the readings of a file in the first format whose columns its header has."""
    table: Table = open_table(file, [known.columns for known in formats])
    layout = next(known for known in formats if known.columns <= set(table.header))
    return layout.readings(table, days)


def _in_order(readings: Iterable[ReadingT]) -> Iterator[ReadingT]:
    """Refuse a series, one channel of one home or the weather, that repeats a slot or goes back in time."""
    last: dict[tuple[object, ...], int] = {}
    for reading in readings:
        series = (reading.home_id, reading.channel) if isinstance(reading, HomeReading) else ()
        before = last.get(series, reading.start_s - 1)
        if reading.start_s == before:
            remedy = "remove the duplicate row"
            raise reading.row.fail(None, f"repeats the slot at {_utc(before)}{_of(series)}", remedy)
        if reading.start_s < before:
            problem = f"goes back in time from {_utc(before)} to {_utc(reading.start_s)}{_of(series)}"
            raise reading.row.fail(None, problem, "sort the rows by time, and remove duplicates")
        last[series] = reading.start_s
        yield reading


def _of(series: tuple[object, ...]) -> str:
    return f" of {' '.join(map(str, series))}" if series else ""


def _first_day(file: Path, wanted: Days, found: set[date]) -> date:
    """Return the first of the days; refuse a file that has nothing of one of them."""
    if wanted.first is None:
        raise NotMeasured(file=file, problem="has no rows", remedy="choose a file with measurements")
    for number in range(wanted.count):
        day = wanted.first + timedelta(days=number)
        if day not in found:
            raise NotMeasured(file=file, problem=f"has no rows of {day}", remedy="choose days that it covers")
    return wanted.first


def _interval_s(file: Path, day: date, days: int, starts: Sequence[int]) -> int:
    """Return the seconds of a slot; refuse days that are not made of a whole number of equal slots."""
    steps = np.diff(starts)
    slot_s = int(steps.min()) if steps.size else 0
    if slot_s not in INTERVALS_S:
        problem = f"has slots of {slot_s} s on {day}"
        raise DataError(file=file, problem=problem, remedy="use slots of an hour, half an hour or a quarter")
    if len(starts) * slot_s != days * DAY_S or starts[-1] - starts[0] != days * DAY_S - slot_s:
        span, whole = (f"{days} days from {day}", "they have") if days > 1 else (f"{day}", "a day has")
        problem = f"has {len(starts)} slots of {slot_s} s on {span} where {whole} {days * DAY_S // slot_s}"
        remedy = "fill the gap or, if the clock changes that day, choose another day"
        raise DataError(file=file, problem=problem, remedy=remedy)
    return slot_s


def _check_complete(file: Path, starts: Sequence[int], readings: Sequence[HomeReading]) -> None:
    missing = sorted(set(starts) - {reading.start_s for reading in readings})
    if missing:
        last = readings[-1]
        problem = (
            f"home {last.home_id} lacks its {last.channel} at {_utc(missing[0])} and {len(missing) - 1} more"
        )
        remedy = "fill the gap, leave the home out, or choose another day"
        raise DataError(file=file, line=last.row.line, column=last.column, problem=problem, remedy=remedy)


def _check_power(readings: Sequence[HomeReading], slot_s: int) -> None:
    """Refuse energy that no home has in a slot of this length, or no system of this rating."""
    for reading in readings:
        rating_kw = reading.pv_capacity_kw if reading.channel == "pv" else None
        limit_kw = HOME_KW if rating_kw is None else rating_kw * PV_OVER_RATING
        if reading.energy_kwh > limit_kw * slot_s / 3600:
            problem = f"{reading.energy_kwh} kWh in {slot_s} s is more than {limit_kw:g} kW gives"
            raise reading.row.fail(reading.column, problem, "convert the column to kWh per slot")


def _home(home_id: str, series: dict[tuple[str, str], list[HomeReading]], slots: int) -> MeasuredHome:
    def energies(channel: str) -> FloatArray:
        readings = series.get((home_id, channel))
        return np.array([reading.energy_kwh for reading in readings]) if readings else np.zeros(slots)

    rating_kw = next((reading.pv_capacity_kw for reading in series.get((home_id, "pv"), ())), None)
    load_kwh = energies("load") + energies("controlled_load")
    return MeasuredHome(home_id, load_kwh, energies("pv"), rating_kw)


def _utc(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, tz=UTC).strftime("%Y-%m-%dT%H:%MZ")
