from tests.market.data.samples import homes_csv, weather_csv, write
from wattloom.market.data.read import read_homes, read_weather


def test_any_offset_from_utc_will_do(tmp_path):
    starts = {
        read_homes(write(tmp_path / "homes.csv", homes_csv(offset=offset))).slot_start_s - hours * 3600
        for offset, hours in (("Z", 0), ("+11:00", -11), ("-04:30", 4.5))
    }
    assert starts == {1_352_073_600}


def test_wind_may_be_left_out(tmp_path):
    lines = [line.rsplit(",", 1)[0] for line in weather_csv(offset="Z")]
    file = write(tmp_path / "weather.csv.gz", lines)
    assert read_weather(file, slot_start_s=1_352_073_600, slots=24, slot_s=3600).wind_pu is None
