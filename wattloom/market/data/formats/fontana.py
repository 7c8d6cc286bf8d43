"""A week of Fontana, California, hourly, on a clock fixed at daylight time (PDT): homes and exogenous series.

The homes and their generation were measured in September 2016. The temperature is that of a typical year in
Los Angeles (TMY3), and the wind is SimBench's profile WP1 of a German turbine: neither was measured there.
"""

from collections.abc import Iterator

from wattloom.market.data import clock
from wattloom.market.data.readings import (
    Days,
    Format,
    HomeReading,
    WeatherReading,
    capacity,
    energy,
    load_and_pv,
    temperature,
    wind_share,
)
from wattloom.market.data.table import Table

TEMPERATURE, WIND = "temp_c_TMY3_LAX_not_actual", "wind_pu_simbench_WP1_DE"


def _homes(table: Table, _days: Days) -> Iterator[HomeReading]:
    for row in table.rows:
        stamp, home_id = clock.fixed(row, "ts_local_pdt", offset_s=clock.PDT_S), row.text("home_id")
        if row.text("pv_ok") == "0":  # a faulty system: the load alone is sound
            load_kwh = energy(row, "load_kwh")
            yield HomeReading(row, "load_kwh", home_id, "load", stamp.day, stamp.at_s, load_kwh, None)
            continue
        capacity_kw = capacity(row, "pv_nominal_kw_schema")
        yield from load_and_pv(row, home_id, stamp, capacity_kw, load="load_kwh", pv="pv_kwh_at_nominal")


def _weather(table: Table, _days: Days) -> Iterator[WeatherReading]:
    for row in table.rows:
        start_s = clock.fixed(row, "ts_local_pdt", offset_s=clock.PDT_S).at_s
        yield WeatherReading(row, start_s, temperature(row, TEMPERATURE), wind_share(row, WIND))


HOMES = Format(
    "Fontana week of homes",
    frozenset({"ts_local_pdt", "home_id", "load_kwh", "pv_nominal_kw_schema", "pv_ok", "pv_kwh_at_nominal"}),
    _homes,
)
WEATHER = Format("Fontana week of weather", frozenset({"ts_local_pdt", TEMPERATURE, WIND}), _weather)
