import pytest

from tests.market.data.samples import hours, write
from wattloom.market.data.formats.fontana import TEMPERATURE, WIND
from wattloom.market.data.read import read_homes, read_weather

START_S = 1_473_145_200  # 2016-09-06T00:00-07:00


def week(*kinds):
    header = "ts_local_pdt,home_id,load_kwh,pv_w_per_kw,pv_nominal_kw_schema,pv_ok,pv_kwh_at_nominal"
    rows = [f"{hour},{home_id},0.5,100,4,{ok},0.4" for home_id, ok in kinds for hour in hours("2016-09-06")]
    return [header, *rows]


def test_it_stands_on_pacific_daylight_time(tmp_path):
    measured = read_homes(write(tmp_path / "homes.csv.gz", week(("A", 1))))
    assert (measured.slot_start_s, measured.slots) == (START_S, 24)
    assert (measured.homes[0].pv_kwh.sum(), measured.homes[0].pv_kw) == (pytest.approx(9.6), 4.0)


def test_a_faulty_roof_is_left_out_and_its_home_kept(tmp_path):
    homes = read_homes(write(tmp_path / "homes.csv", week(("A", 1), ("B", 0)))).homes
    assert [home.pv_kwh.any() for home in homes] == [True, False]
    assert homes[1].load_kwh.tolist() == [0.5] * 24


def test_its_weather_has_temperature_and_wind(tmp_path):
    lines = [f"ts_local_pdt,{TEMPERATURE},{WIND}", *(f"{hour},21.5,0.25" for hour in hours("2016-09-06"))]
    file = write(tmp_path / "weather.csv", lines)
    weather = read_weather(file, slot_start_s=START_S, slots=24, slot_s=3600)
    assert weather.temp_c.tolist() == [21.5] * 24
    assert weather.wind_pu.tolist() == [0.25] * 24
