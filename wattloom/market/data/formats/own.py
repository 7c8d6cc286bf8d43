"""Our own layouts: homes.csv and weather.csv, one row per slot, times with their offset from UTC."""

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
    has_capacity = "pv_capacity_kw" in table.header
    for row in table.rows:
        stamp, home_id = clock.zoned(row, "slot_start"), row.text("home_id")
        capacity_kw = capacity(row, "pv_capacity_kw") if has_capacity else None
        yield from load_and_pv(row, home_id, stamp, capacity_kw, load="load_kwh", pv="pv_kwh")


def _weather(table: Table, _days: Days) -> Iterator[WeatherReading]:
    has_wind = "wind_pu" in table.header
    for row in table.rows:
        wind_pu = wind_share(row, "wind_pu") if has_wind else None
        yield WeatherReading(row, clock.zoned(row, "slot_start").at_s, temperature(row, "temp_c"), wind_pu)


HOMES = Format("homes.csv", frozenset({"slot_start", "home_id", "load_kwh", "pv_kwh"}), _homes)
WEATHER = Format("weather.csv", frozenset({"slot_start", "temp_c"}), _weather)
