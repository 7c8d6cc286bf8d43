"""Time stamps of data files: each format states its clock, and a stamp becomes a day and a UTC second."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from wattloom.market.data.table import Row

AEST_S = 10 * 3600
"""Australian Eastern Standard Time, UTC+10."""
AEDT_S = 11 * 3600
"""Daylight time of New South Wales, UTC+11."""
PDT_S = -7 * 3600
"""Pacific Daylight Time, UTC-7."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment: the day that the file's own clock shows, and Unix seconds, UTC."""

    day: date
    at_s: int


def zoned(row: Row, column: str) -> Stamp:
    """Read ISO 8601 with an offset, such as 2012-11-05T00:00+11:00."""
    moment = _iso(row, column)
    if moment.tzinfo is None:
        remedy = "append the offset from UTC, such as +11:00 or Z"
        raise row.fail(column, f"{row.text(column)!r} has no time zone", remedy)
    return Stamp(day=moment.date(), at_s=int(moment.timestamp()))


def fixed(row: Row, column: str, *, offset_s: int) -> Stamp:
    """Read a local time of a clock that stays at `offset_s` from UTC."""
    moment = naive(row, column)
    return Stamp(day=moment.date(), at_s=seconds(moment, offset_s=offset_s))


def sydney(row: Row, column: str) -> Stamp:
    """Read civil time of New South Wales; refuse the hour that daylight saving skips or repeats."""
    moment = naive(row, column)
    offset_s = sydney_offset_s(moment)
    if offset_s is None:
        problem = f"{row.text(column)!r} is skipped or repeated by the change to or from daylight saving"
        raise row.fail(column, problem, "use times with an offset, or leave this day out")
    return Stamp(day=moment.date(), at_s=seconds(moment, offset_s=offset_s))


def sydney_offset_s(local: datetime) -> int | None:
    """Return the offset of civil time of New South Wales, or None in the hour skipped or repeated.

    Daylight saving runs from 2 a.m. on October's first Sunday to 3 a.m. on April's, since 2008.
    """
    starts = first_sunday(local.year, 10) + timedelta(hours=2)
    ends = first_sunday(local.year, 4) + timedelta(hours=3)
    if starts <= local < starts + timedelta(hours=1) or ends - timedelta(hours=1) <= local < ends:
        return None
    return AEDT_S if local < ends or local >= starts else AEST_S


def first_sunday(year: int, month: int) -> datetime:
    """Return midnight of the month's first Sunday."""
    first = datetime(year, month, 1)  # noqa: DTZ001 - a civil time whose offset is being worked out
    return first + timedelta(days=6 - first.weekday())


def _iso(row: Row, column: str) -> datetime:
    text = row.text(column)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        remedy = "write ISO 8601, such as 2012-11-05 13:30:00"
        raise row.fail(column, f"{text!r} is not a date and time", remedy) from None
    if moment.microsecond or not 1990 <= moment.year <= 2100:
        raise row.fail(column, f"{text!r} is implausible", "use whole seconds and years from 1990 to 2100")
    return moment


def naive(row: Row, column: str) -> datetime:
    """Read a local time without an offset."""
    moment = _iso(row, column)
    if moment.tzinfo is not None:
        remedy = "remove it: this format has a fixed clock"
        raise row.fail(column, f"{row.text(column)!r} has a time zone", remedy)
    return moment


def seconds(local: datetime, *, offset_s: int) -> int:
    """Return the Unix second of a naive local time on a clock `offset_s` ahead of UTC."""
    return int(local.replace(tzinfo=UTC).timestamp()) - offset_s


def local_day(at_s: int, *, offset_s: int) -> date:
    """Return the day that a clock `offset_s` ahead of UTC shows."""
    return datetime.fromtimestamp(at_s + offset_s, tz=UTC).date()
