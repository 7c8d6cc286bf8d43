"""Smart-Grid Smart-City loads, one column per home, and Sydney's weather: half hours, always AEST."""

from collections.abc import Iterator

from wattloom.market.data import clock
from wattloom.market.data.readings import (
    Days,
    Format,
    HomeReading,
    WeatherReading,
    energy,
    temperature,
    wind_share,
)
from wattloom.market.data.table import Table

HALF_HOUR_S = 1800


def _homes(table: Table, days: Days) -> Iterator[HomeReading]:
    """Read one column per home; a label names its half hour's END, so 00:00 ends the day before."""
    homes = [column for column in table.header if column != "interval_end_aest"]
    for row in table.rows:
        start_s = clock.fixed(row, "interval_end_aest", offset_s=clock.AEST_S).at_s - HALF_HOUR_S
        row_day = clock.local_day(start_s, offset_s=clock.AEST_S)
        if not days.include(row_day):  # blanks are common: only those of the wanted days stand in the way
            continue
        for column in homes:
            if days.gaps and not row.cells[column].strip():
                continue
            energy_kwh = energy(row, column)
            yield HomeReading(row, column, f"SGSC{column}", "load", row_day, start_s, energy_kwh, None)


def _weather(table: Table, _days: Days) -> Iterator[WeatherReading]:
    for row in table.rows:
        start_s = clock.fixed(row, "ts_aest", offset_s=clock.AEST_S).at_s
        if start_s != clock.zoned(row, "ts_utc").at_s:
            raise row.fail("ts_aest", "is not ts_utc plus 10 hours", "correct whichever clock is wrong")
        wind_pu = wind_share(row, "wind_pu_modelled")
        yield WeatherReading(row, start_s, temperature(row, "temp_sydney_airport_c"), wind_pu)


HOMES = Format("Smart-Grid Smart-City loads", frozenset({"interval_end_aest"}), _homes)
WEATHER = Format(
    "Sydney half-hourly weather",
    frozenset({"ts_aest", "ts_utc", "temp_sydney_airport_c", "wind_pu_modelled"}),
    _weather,
)
