import pytest

from tests.market.data.samples import hours, write
from wattloom.market.data.errors import DataError
from wattloom.market.data.read import read_homes, read_weather


def test_both_files_stand_on_daylight_time(tmp_path):
    homes = [
        "ts_local_edt,home_id,kind,load_kwh,pv_kwh,pv_capacity_kw",
        *(f"{h},A,prosumer,0.5,0,1" for h in hours()),
    ]
    measured = read_homes(write(tmp_path / "homes.csv.gz", homes))
    assert measured.slot_start_s == 1_352_034_000


def test_two_clocks_that_disagree_are_refused(tmp_path):
    lines = ["ts_local_edt,ts_utc,temp_c,wind_pu_modelled", *(f"{hour},{hour}Z,20,0.1" for hour in hours())]
    file = write(tmp_path / "weather.csv", lines)
    with pytest.raises(DataError, match="is not ts_utc plus 11 hours"):
        read_weather(file, slot_start_s=1_352_034_000, slots=24, slot_s=3600)
