"""Ausgrid's "Solar home electricity data": the original half-hourly files, and hourly extracts of them.

The original has a title line, then one row per customer, category and day: GC general consumption, CL
controlled load, GG gross generation; its 48 columns from 0:30 to 0:00 name the END of each half hour, in the
civil time of Sydney.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from wattloom.market.data import clock
from wattloom.market.data.readings import Channel, Days, Format, HomeReading, capacity, energy, load_and_pv
from wattloom.market.data.table import Row, Table

HALF_HOURS = tuple(f"{minute // 60 % 24}:{minute % 60:02d}" for minute in range(30, 24 * 60 + 1, 30))
CHANNELS: dict[str, Channel] = {"GC": "load", "CL": "controlled_load", "GG": "pv"}
DATES = ("%d/%m/%Y", "%d-%b-%y", "%d-%b-%Y", "%d%b%Y")
"""The three yearly files write dates in different ways, the day always first."""


def _original(table: Table, days: Days) -> Iterator[HomeReading]:
    for row in table.rows:
        row_day = _date(row)
        if not days.include(row_day):  # a year of 300 homes has 13 million cells
            continue
        start_s, capacity_kw = _midnight_s(row, row_day), capacity(row, "Generator Capacity")
        home_id, channel = f"AUS{row.text('Customer')}", _channel(row)
        for slot, column in enumerate(HALF_HOURS):
            at_s, energy_kwh = start_s + slot * 1800, energy(row, column)
            yield HomeReading(row, column, home_id, channel, row_day, at_s, energy_kwh, capacity_kw)


def _date(row: Row) -> date:
    text = row.text("date")
    for pattern in DATES:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a civil date
        except ValueError:
            continue
    raise row.fail("date", f"{text!r} is not a date", "write day/month/year, such as 1/07/2012")


def _midnight_s(row: Row, day: date) -> int:
    midnight = datetime.combine(day, time())
    last = midnight + timedelta(hours=23)
    offset_s = clock.sydney_offset_s(midnight)
    if offset_s is None or clock.sydney_offset_s(last) != offset_s:
        raise row.fail("date", f"the clock changes on {day}", "choose a day of 24 hours")
    return clock.seconds(midnight, offset_s=offset_s)


def _channel(row: Row) -> Channel:
    category = row.text("Consumption Category")
    if category not in CHANNELS:
        raise row.fail("Consumption Category", f"{category!r} is unknown", "use GC, CL or GG")
    return CHANNELS[category]


def _hourly(table: Table, days: Days) -> Iterator[HomeReading]:
    for row in table.rows:
        row_day = clock.naive(row, "ts_local").date()
        if not days.include(row_day):  # a year holds two days on which this clock is ambiguous
            continue
        stamp = clock.sydney(row, "ts_local")
        if "ts_utc" in table.header and stamp.at_s != clock.zoned(row, "ts_utc").at_s:
            raise row.fail("ts_local", "does not agree with ts_utc", "correct whichever clock is wrong")
        home_id, capacity_kw = f"AUS{row.text('customer')}", capacity(row, "pv_capacity_kw")
        yield from load_and_pv(row, home_id, stamp, capacity_kw, load="load_gc_kwh", pv="pv_gg_kwh")


ORIGINAL = Format(
    "Ausgrid original",
    frozenset({"Customer", "Generator Capacity", "Consumption Category", "date", *HALF_HOURS}),
    _original,
)
HOURLY = Format(
    "Ausgrid hourly extract",
    frozenset({"ts_local", "customer", "load_gc_kwh", "pv_gg_kwh", "pv_capacity_kw"}),
    _hourly,
)
