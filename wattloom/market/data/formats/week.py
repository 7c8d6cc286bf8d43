"""A week of New South Wales, hourly: homes and exogenous series on a clock fixed at daylight time (EDT)."""

from collections.abc import Iterator

from wattloom.market.data import clock
from wattloom.market.data.readings import (
    Days,
    Format,
    HomeReading,
    WeatherReading,
    capacity,
    load_and_pv,
    temperature,
    wind_share,
)
from wattloom.market.data.table import Table


def _homes(table: Table, _days: Days) -> Iterator[HomeReading]:
    for row in table.rows:
        stamp = clock.fixed(row, "ts_local_edt", offset_s=clock.AEDT_S)
        home_id, capacity_kw = row.text("home_id"), capacity(row, "pv_capacity_kw")
        yield from load_and_pv(row, home_id, stamp, capacity_kw, load="load_kwh", pv="pv_kwh")


def _weather(table: Table, _days: Days) -> Iterator[WeatherReading]:
    for row in table.rows:
        start_s = clock.fixed(row, "ts_local_edt", offset_s=clock.AEDT_S).at_s
        if start_s != clock.zoned(row, "ts_utc").at_s:
            raise row.fail("ts_local_edt", "is not ts_utc plus 11 hours", "correct whichever clock is wrong")
        yield WeatherReading(row, start_s, temperature(row, "temp_c"), wind_share(row, "wind_pu_modelled"))


HOMES = Format(
    "week of homes",
    frozenset({"ts_local_edt", "home_id", "kind", "load_kwh", "pv_kwh", "pv_capacity_kw"}),
    _homes,
)
WEATHER = Format(
    "week of weather", frozenset({"ts_local_edt", "ts_utc", "temp_c", "wind_pu_modelled"}), _weather
)
